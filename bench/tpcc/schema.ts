// The nine tables of TPC-C, as the standard names them. No foreign keys: the standard does not ask for them, and the rivals' published
// figures are without. `history` has no key in the standard; it gets an AUTO_INCREMENT one, because servers that replicate rows need it.

export const DATABASE = 'tpcc';

const ADDRESS = (prefix: string): string =>
  `${prefix}_street_1 VARCHAR(20) NOT NULL, ${prefix}_street_2 VARCHAR(20) NOT NULL, ${prefix}_city VARCHAR(20) NOT NULL, ` +
  `${prefix}_state CHAR(2) NOT NULL, ${prefix}_zip CHAR(9) NOT NULL`;

const STOCK_DISTRICTS = Array.from({length: 10}, (_, i) => `${stockDistrict(i + 1)} CHAR(24) NOT NULL`).join(', ');

/** Column of `stock` with the text for a district. */
export function stockDistrict(district: number): string {
  return `s_dist_${String(district).padStart(2, '0')}`;
}

/** Column definitions by table, in the order in which tables are made. */
export const TABLES: ReadonlyMap<string, string> = new Map([
  [
    'warehouse',
    `w_id SMALLINT NOT NULL, w_name VARCHAR(10) NOT NULL, ${ADDRESS('w')}, w_tax DECIMAL(4,4) NOT NULL,
     w_ytd DECIMAL(12,2) NOT NULL, PRIMARY KEY (w_id)`,
  ],
  [
    'district',
    `d_id TINYINT NOT NULL, d_w_id SMALLINT NOT NULL, d_name VARCHAR(10) NOT NULL, ${ADDRESS('d')},
     d_tax DECIMAL(4,4) NOT NULL, d_ytd DECIMAL(12,2) NOT NULL, d_next_o_id INT NOT NULL, PRIMARY KEY (d_w_id, d_id)`,
  ],
  [
    'customer',
    `c_id INT NOT NULL, c_d_id TINYINT NOT NULL, c_w_id SMALLINT NOT NULL, c_first VARCHAR(16) NOT NULL, c_middle CHAR(2) NOT NULL,
     c_last VARCHAR(16) NOT NULL, ${ADDRESS('c')}, c_phone CHAR(16) NOT NULL, c_since DATETIME NOT NULL,
     c_credit CHAR(2) NOT NULL, c_credit_lim DECIMAL(12,2) NOT NULL, c_discount DECIMAL(4,4) NOT NULL,
     c_balance DECIMAL(12,2) NOT NULL, c_ytd_payment DECIMAL(12,2) NOT NULL, c_payment_cnt INT NOT NULL,
     c_delivery_cnt INT NOT NULL, c_data VARCHAR(500) NOT NULL, PRIMARY KEY (c_w_id, c_d_id, c_id),
     KEY customer_name (c_w_id, c_d_id, c_last, c_first)`,
  ],
  [
    'history',
    `h_id BIGINT NOT NULL AUTO_INCREMENT, h_c_id INT NOT NULL, h_c_d_id TINYINT NOT NULL, h_c_w_id SMALLINT NOT NULL,
     h_d_id TINYINT NOT NULL, h_w_id SMALLINT NOT NULL, h_date DATETIME NOT NULL, h_amount DECIMAL(6,2) NOT NULL,
     h_data VARCHAR(24) NOT NULL, PRIMARY KEY (h_id)`,
  ],
  [
    'new_order',
    'no_o_id INT NOT NULL, no_d_id TINYINT NOT NULL, no_w_id SMALLINT NOT NULL, PRIMARY KEY (no_w_id, no_d_id, no_o_id)',
  ],
  [
    'orders',
    `o_id INT NOT NULL, o_d_id TINYINT NOT NULL, o_w_id SMALLINT NOT NULL, o_c_id INT NOT NULL, o_entry_d DATETIME NOT NULL,
     o_carrier_id TINYINT, o_ol_cnt TINYINT NOT NULL, o_all_local TINYINT NOT NULL, PRIMARY KEY (o_w_id, o_d_id, o_id),
     KEY order_customer (o_w_id, o_d_id, o_c_id, o_id)`,
  ],
  [
    'order_line',
    `ol_o_id INT NOT NULL, ol_d_id TINYINT NOT NULL, ol_w_id SMALLINT NOT NULL, ol_number TINYINT NOT NULL, ol_i_id INT NOT NULL,
     ol_supply_w_id SMALLINT NOT NULL, ol_delivery_d DATETIME, ol_quantity TINYINT NOT NULL, ol_amount DECIMAL(6,2) NOT NULL,
     ol_dist_info CHAR(24) NOT NULL, PRIMARY KEY (ol_w_id, ol_d_id, ol_o_id, ol_number)`,
  ],
  [
    'item',
    `i_id INT NOT NULL, i_im_id INT NOT NULL, i_name VARCHAR(24) NOT NULL, i_price DECIMAL(5,2) NOT NULL,
     i_data VARCHAR(50) NOT NULL, PRIMARY KEY (i_id)`,
  ],
  [
    'stock',
    `s_i_id INT NOT NULL, s_w_id SMALLINT NOT NULL, s_quantity SMALLINT NOT NULL, ${STOCK_DISTRICTS},
     s_ytd INT NOT NULL, s_order_cnt SMALLINT NOT NULL, s_remote_cnt SMALLINT NOT NULL, s_data VARCHAR(50) NOT NULL,
     PRIMARY KEY (s_w_id, s_i_id)`,
  ],
]);
