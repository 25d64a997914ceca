// How much data a TPC-C database has. The standard fixes everything but the number of warehouses; a smaller `share` makes a first
// answer possible in seconds, and is named in every result.

export interface Scale {
  readonly warehouses: number;
  readonly items: number;
  readonly customers: number;
  /** Orders of each district at the start, one per customer. */
  readonly orders: number;
  /** The first order of a district that is not delivered yet. */
  readonly firstNewOrder: number;
}

export const DISTRICTS = 10;
/** Order lines are 5 to 15 per order. */
export const LINES_MIN = 5;
export const LINES_MAX = 15;
export const PAYMENT_START = 10;

/** `share` 1 is the standard: 100,000 items, 3,000 customers and orders per district. */
export function scaleOf(warehouses: number, share: number): Scale {
  const customers = Math.max(30, Math.round(3000 * share));
  return {
    warehouses,
    items: Math.max(100, Math.round(100_000 * share)),
    customers,
    orders: customers,
    firstNewOrder: Math.floor(customers * 0.7) + 1,
  };
}
