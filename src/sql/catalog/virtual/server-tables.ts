// Virtual tables about the server and its sessions rather than about tables: ENGINES, CHARACTER_SETS, COLLATIONS, PROCESSLIST, variables; and
// tables of things that do not exist here, which clients read all the same.

import {CHARSETS} from '../../../format/value/charset.ts';
import {COLLATIONS, defaultCollation} from '../../../format/value/collation.ts';
import {SYSTEM_VARIABLES} from '../../session/system-variables.ts';
import {variableText} from '../../session/variable-value.ts';
import type {StatementContext} from '../../statement/statement-context.ts';
import {emptyTable, type Row, type VirtualColumn, type VirtualDefinition} from './virtual-table.ts';

/** A table whose rows are at hand. */
function ready(
  name: string,
  columns: readonly VirtualColumn[],
  rows: (context: StatementContext) => readonly Row[],
): VirtualDefinition {
  return {
    name,
    columns,
    // biome-ignore lint/correctness/useYield: nothing to wait for
    *rows(context) {
      return rows(context);
    },
  };
}

export const ENGINE_ROWS: readonly Row[] = [
  ['InnoDB', 'DEFAULT', 'Pando: multi-primary, transactions, row locks', 'YES', 'NO', 'YES'],
];

export const engines: VirtualDefinition = ready(
  'ENGINES',
  [
    ['ENGINE', 'name'],
    ['SUPPORT', 'name'],
    ['COMMENT', 'text'],
    ['TRANSACTIONS', 'name'],
    ['XA', 'name'],
    ['SAVEPOINTS', 'name'],
  ],
  () => ENGINE_ROWS,
);

export const characterSets: VirtualDefinition = ready(
  'CHARACTER_SETS',
  [
    ['CHARACTER_SET_NAME', 'name'],
    ['DEFAULT_COLLATE_NAME', 'name'],
    ['DESCRIPTION', 'text'],
    ['MAXLEN', 'uint'],
  ],
  () => CHARSETS.map(charset => [charset.name, defaultCollation(charset).name, charset.description, charset.maxBytes]),
);

export const collations: VirtualDefinition = ready(
  'COLLATIONS',
  [
    ['COLLATION_NAME', 'name'],
    ['CHARACTER_SET_NAME', 'name'],
    ['ID', 'uint'],
    ['IS_DEFAULT', 'name'],
    ['IS_COMPILED', 'name'],
    ['SORTLEN', 'uint'],
    ['PAD_ATTRIBUTE', 'name'],
  ],
  () =>
    COLLATIONS.map(collation => [
      collation.name,
      collation.charset.name,
      collation.id,
      collation.isDefault ? 'Yes' : '',
      'Yes',
      1,
      collation.padSpace ? 'PAD SPACE' : 'NO PAD',
    ]),
);

export const collationApplicability: VirtualDefinition = ready(
  'COLLATION_CHARACTER_SET_APPLICABILITY',
  [
    ['COLLATION_NAME', 'name'],
    ['CHARACTER_SET_NAME', 'name'],
  ],
  () => COLLATIONS.map(collation => [collation.name, collation.charset.name]),
);

export const processlist: VirtualDefinition = {
  name: 'PROCESSLIST',
  columns: [
    ['ID', 'uint'],
    ['USER', 'name'],
    ['HOST', 'text'],
    ['DB', 'name'],
    ['COMMAND', 'name'],
    ['TIME', 'int'],
    ['STATE', 'name'],
    ['INFO', 'long'],
  ],
  *rows(context) {
    const all = yield* context.processes();
    return all.map(({id, user, host, database, command, seconds, state, info}) => [
      id,
      user,
      host,
      database === '' ? null : database,
      command,
      seconds,
      state,
      info === '' ? null : info,
    ]);
  },
};

/** All variables of a scope, by name, as text. */
export function variableRows(context: StatementContext, scope: 'global' | 'session'): readonly Row[] {
  const {state} = context;
  return [...SYSTEM_VARIABLES.values()]
    .filter(variable => scope === 'session' || variable.scope !== 'session')
    .map(variable => {
      const value = scope === 'global' ? state.globals.get(variable) : state.variables.get(variable);
      return [variable.name, variableText(variable, value)] as const;
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const NAME_VALUE: readonly VirtualColumn[] = [
  ['VARIABLE_NAME', 'name'],
  ['VARIABLE_VALUE', 'text'],
];

export const sessionVariables: VirtualDefinition = ready('session_variables', NAME_VALUE, context =>
  variableRows(context, 'session'),
);
export const globalVariables: VirtualDefinition = ready('global_variables', NAME_VALUE, context =>
  variableRows(context, 'global'),
);
export const sessionStatus: VirtualDefinition = ready('session_status', NAME_VALUE, context => context.statusRows());
export const globalStatus: VirtualDefinition = ready('global_status', NAME_VALUE, context => context.statusRows());

/** Tables of things that there are none of. */
export const EMPTY_TABLES: readonly VirtualDefinition[] = [
  emptyTable('FILES', [
    ['FILE_ID', 'int'],
    ['FILE_NAME', 'long'],
    ['FILE_TYPE', 'name'],
    ['TABLESPACE_NAME', 'name'],
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['LOGFILE_GROUP_NAME', 'name'],
    ['LOGFILE_GROUP_NUMBER', 'int'],
    ['ENGINE', 'name'],
    ['TOTAL_EXTENTS', 'int'],
    ['EXTENT_SIZE', 'int'],
    ['INITIAL_SIZE', 'int'],
    ['EXTRA', 'text'],
  ]),
  emptyTable('INNODB_CMP', [
    ['page_size', 'int'],
    ['compress_ops', 'int'],
    ['compress_ops_ok', 'int'],
    ['compress_time', 'int'],
    ['uncompress_ops', 'int'],
    ['uncompress_time', 'int'],
  ]),
  emptyTable('INNODB_CMPMEM', [
    ['page_size', 'int'],
    ['buffer_pool_instance', 'int'],
    ['pages_used', 'int'],
    ['pages_free', 'int'],
    ['relocation_ops', 'int'],
    ['relocation_time', 'int'],
  ]),
  emptyTable('TRIGGERS', [
    ['TRIGGER_CATALOG', 'name'],
    ['TRIGGER_SCHEMA', 'name'],
    ['TRIGGER_NAME', 'name'],
    ['EVENT_MANIPULATION', 'name'],
    ['EVENT_OBJECT_CATALOG', 'name'],
    ['EVENT_OBJECT_SCHEMA', 'name'],
    ['EVENT_OBJECT_TABLE', 'name'],
    ['ACTION_ORDER', 'uint'],
    ['ACTION_CONDITION', 'long'],
    ['ACTION_STATEMENT', 'long'],
    ['ACTION_ORIENTATION', 'name'],
    ['ACTION_TIMING', 'name'],
    ['CREATED', 'datetime'],
    ['SQL_MODE', 'text'],
    ['DEFINER', 'text'],
    ['CHARACTER_SET_CLIENT', 'name'],
    ['COLLATION_CONNECTION', 'name'],
    ['DATABASE_COLLATION', 'name'],
  ]),
  emptyTable('ROUTINES', [
    ['SPECIFIC_NAME', 'name'],
    ['ROUTINE_CATALOG', 'name'],
    ['ROUTINE_SCHEMA', 'name'],
    ['ROUTINE_NAME', 'name'],
    ['ROUTINE_TYPE', 'name'],
    ['DATA_TYPE', 'long'],
    ['CHARACTER_MAXIMUM_LENGTH', 'int'],
    ['CHARACTER_SET_NAME', 'name'],
    ['COLLATION_NAME', 'name'],
    ['DTD_IDENTIFIER', 'long'],
    ['ROUTINE_BODY', 'name'],
    ['ROUTINE_DEFINITION', 'long'],
    ['IS_DETERMINISTIC', 'name'],
    ['SQL_DATA_ACCESS', 'name'],
    ['SECURITY_TYPE', 'name'],
    ['CREATED', 'datetime'],
    ['LAST_ALTERED', 'datetime'],
    ['SQL_MODE', 'text'],
    ['ROUTINE_COMMENT', 'long'],
    ['DEFINER', 'text'],
  ]),
  emptyTable('PARAMETERS', [
    ['SPECIFIC_CATALOG', 'name'],
    ['SPECIFIC_SCHEMA', 'name'],
    ['SPECIFIC_NAME', 'name'],
    ['ORDINAL_POSITION', 'uint'],
    ['PARAMETER_MODE', 'name'],
    ['PARAMETER_NAME', 'name'],
    ['DATA_TYPE', 'long'],
    ['DTD_IDENTIFIER', 'long'],
    ['ROUTINE_TYPE', 'name'],
  ]),
  emptyTable('EVENTS', [
    ['EVENT_CATALOG', 'name'],
    ['EVENT_SCHEMA', 'name'],
    ['EVENT_NAME', 'name'],
    ['DEFINER', 'text'],
    ['TIME_ZONE', 'name'],
    ['EVENT_BODY', 'name'],
    ['EVENT_DEFINITION', 'long'],
    ['EVENT_TYPE', 'name'],
    ['STATUS', 'name'],
  ]),
  emptyTable('PARTITIONS', [
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['PARTITION_NAME', 'name'],
    ['SUBPARTITION_NAME', 'name'],
    ['PARTITION_ORDINAL_POSITION', 'uint'],
    ['PARTITION_METHOD', 'name'],
    ['PARTITION_EXPRESSION', 'text'],
    ['PARTITION_DESCRIPTION', 'long'],
    ['TABLE_ROWS', 'uint'],
  ]),
  emptyTable('PLUGINS', [
    ['PLUGIN_NAME', 'name'],
    ['PLUGIN_VERSION', 'name'],
    ['PLUGIN_STATUS', 'name'],
    ['PLUGIN_TYPE', 'name'],
  ]),
];
