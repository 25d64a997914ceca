import type {SqlType} from '../value/types.ts';
export function floatText(type: SqlType, value: number): string {
  return type.decimals < 31 ? value.toFixed(type.decimals) : String(value);
}
