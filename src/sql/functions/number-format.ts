// FORMAT: numbers with separators between thousands, as a locale writes them.

import {warn} from '../../format/value/conversion-context.ts';
import type {Decimal} from '../../format/value/decimal.ts';
import {formatFixed, roundHalfEven} from '../../format/value/number-text.ts';
import type {Value} from '../../format/value/types.ts';
import {asNumber} from '../bind/arithmetic-bind.ts';
import type {Expression} from '../bind/expression.ts';
import {domainOf, textType} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';
import {callLoose} from './call.ts';
import {type CallSite, decimalArg, integerArg, textArg} from './definition.ts';

/** What stands before the fraction, and between thousands. */
interface Separators {
  readonly point: string;
  readonly thousands: string;
}

const ENGLISH: Separators = {point: '.', thousands: ','};

/** By separators, the locales that use them. */
const LOCALES: ReadonlyMap<string, Separators> = new Map(
  (
    [
      [ENGLISH, 'en_US en_GB en_AU en_CA en_NZ en_PH ja_JP ko_KR zh_CN zh_HK zh_TW th_TH he_IL'],
      [{point: ',', thousands: '.'}, 'de_DE de_BE de_LU da_DK fo_FO id_ID is_IS nb_NO no_NO ru_RU tr_TR vi_VN'],
      [{point: ',', thousands: ' '}, 'cs_CZ fi_FI sk_SK sv_SE sv_FI uk_UA'],
      [{point: '.', thousands: "'"}, 'de_CH it_CH'],
      [
        {point: ',', thousands: ''},
        'de_AT es_ES fr_FR fr_BE fr_CA fr_CH fr_LU it_IT nl_NL nl_BE pl_PL pt_BR pt_PT ro_RO',
      ],
    ] as const
  ).flatMap(([separators, names]) => names.split(' ').map(name => [name.toLowerCase(), separators] as const)),
);

const DECIMALS_MAX = 30;

/** FORMAT(number, decimals [, locale]): exact for exact numbers; an unknown locale is English with warning 1649. */
export function format([number, decimals, locale]: readonly Expression[], site: CallSite): Expression {
  const numeric = asNumber(number);
  const isDouble = domainOf(numeric.type) === 'double';
  const args = [isDouble ? numeric : decimalArg(number), integerArg(decimals)];
  if (locale !== undefined) args.push(textArg(locale, site));
  return callLoose({name: 'format', type: textType(110, site.connection)}, args, ([value, digits, name], context) => {
    if (value === null || digits === null) return null;
    const places = Math.min(Math.max(Number(digits), 0), DECIMALS_MAX);
    const fixed = isDouble
      ? fixedDouble(value as number, places)
      : (value as Decimal).round(places).rescale(places).toString();
    return grouped(fixed, separatorsOf(name, context));
  });
}

/** MySQL rounds the scaled value, halves to even. */
function fixedDouble(value: number, places: number): string {
  const power = 10 ** places;
  const scaled = value * power;
  return formatFixed(Number.isFinite(scaled) ? roundHalfEven(scaled) / power : value, places);
}

function separatorsOf(locale: Value | undefined, {session}: ExecContext): Separators {
  if (locale === undefined || locale === null) return ENGLISH;
  const found = LOCALES.get((locale as string).toLowerCase());
  if (found === undefined) warn(session, 'ER_UNKNOWN_LOCALE', locale as string);
  return found ?? ENGLISH;
}

function grouped(text: string, {point, thousands}: Separators): string {
  const [whole, fraction] = text.split('.');
  const separated = whole.replace(/\B(?=(\d{3})+(?!\d))/g, thousands);
  return fraction === undefined ? separated : `${separated}${point}${fraction}`;
}
