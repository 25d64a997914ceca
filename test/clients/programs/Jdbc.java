// JDBC by MariaDB's connector: statements, batches, server-side prepared statements, transactions, savepoints, and DatabaseMetaData.
// Run from source with the connector on the class path. Arguments: host, ports with commas between, database.

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class Jdbc {
  static final List<Connection> connections = new ArrayList<>();
  static int turn = 0;

  static Connection next() {
    return connections.get(turn++ % connections.size());
  }

  static void same(Object expected, Object actual, String what) {
    if (expected == null ? actual == null : expected.equals(actual)) return;
    throw new AssertionError(what + ": expected " + expected + ", got " + actual);
  }

  static void run(String sql) throws SQLException {
    try (Statement statement = next().createStatement()) {
      statement.execute(sql);
    }
  }

  /** Rows as texts, columns with bars between. */
  static List<String> rows(ResultSet set, String... columns) throws SQLException {
    List<String> found = new ArrayList<>();
    while (set.next()) {
      List<String> row = new ArrayList<>();
      for (String column : columns) row.add(String.valueOf(set.getString(column)));
      found.add(String.join("|", row));
    }
    return found;
  }

  public static void main(String[] arguments) throws SQLException {
    String options = "?user=root&useServerPrepStmts=true&rewriteBatchedStatements=false&serverTimezone=UTC&timezone=UTC";
    for (String port : arguments[1].split(",")) {
      connections.add(DriverManager.getConnection("jdbc:mariadb://" + arguments[0] + ":" + port + "/" + arguments[2] + options));
    }
    make();
    write();
    read();
    transactions();
    reflect(arguments[2]);
    for (Connection connection : connections) connection.close();
  }

  static void make() throws SQLException {
    run("CREATE TABLE owner (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(30) NOT NULL, UNIQUE KEY by_name (name))");
    run("CREATE TABLE account (id BIGINT PRIMARY KEY, owner INT NOT NULL, balance DECIMAL(15,2) NOT NULL DEFAULT 0, opened DATETIME(6),"
        + " seal VARBINARY(16), open BIT(1), CONSTRAINT of_owner FOREIGN KEY (owner) REFERENCES owner (id) ON UPDATE CASCADE)");
    run("ALTER TABLE account ADD COLUMN note VARCHAR(100) COMMENT 'free text', ADD INDEX by_balance (balance, owner)");
  }

  static void write() throws SQLException {
    try (PreparedStatement insert = next().prepareStatement("INSERT INTO owner (name) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
      insert.setString(1, "Zoë \uD83C\uDF33");
      same(1, insert.executeUpdate(), "rows inserted");
      try (ResultSet keys = insert.getGeneratedKeys()) {
        keys.next();
        same(1L, keys.getLong(1), "generated key");
      }
    }
    try (PreparedStatement insert = next().prepareStatement("INSERT INTO account VALUES (?, 1, ?, ?, ?, ?, ?)")) {
      for (int i = 0; i < 300; i++) {
        insert.setLong(1, 9_000_000_000L + i);
        insert.setBigDecimal(2, new BigDecimal("1000.25").add(BigDecimal.valueOf(i)));
        insert.setTimestamp(3, Timestamp.valueOf("2024-02-29 01:02:03.000004"));
        insert.setBytes(4, new byte[] {0, -1, (byte) i});
        insert.setBoolean(5, i % 2 == 0);
        insert.setString(6, i == 0 ? null : "note " + i);
        insert.addBatch();
      }
      same(300, Arrays.stream(insert.executeBatch()).map(n -> n == 1 || n == Statement.SUCCESS_NO_INFO ? 1 : 0).sum(), "batch");
    }
  }

  static void read() throws SQLException {
    String sql = "SELECT a.*, o.name FROM account a JOIN owner o ON o.id = a.owner WHERE a.balance > ? ORDER BY a.id LIMIT ?";
    try (PreparedStatement select = next().prepareStatement(sql)) {
      select.setBigDecimal(1, new BigDecimal("1000.5"));
      select.setInt(2, 1);
      for (int again = 0; again < 3; again++) {
        try (ResultSet set = select.executeQuery()) {
          set.next();
          same(9_000_000_001L, set.getLong("id"), "id");
          same(new BigDecimal("1001.25"), set.getBigDecimal("balance"), "balance");
          same(Timestamp.valueOf("2024-02-29 01:02:03.000004"), set.getTimestamp("opened"), "opened");
          same(3, set.getBytes("seal").length, "seal");
          same(false, set.getBoolean("open"), "open");
          same("Zoë \uD83C\uDF33", set.getString("name"), "name");
          same("note 1", set.getObject("note"), "note");
        }
      }
    }
    try {
      run("INSERT INTO account (id, owner) VALUES (1, 77)");
      throw new AssertionError("an account without an owner");
    } catch (SQLException error) {
      same(1452, error.getErrorCode(), "error");
      same("23000", error.getSQLState(), "state");
    }
  }

  static void transactions() throws SQLException {
    Connection one = next();
    one.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    one.setAutoCommit(false);
    try (Statement statement = one.createStatement()) {
      statement.executeUpdate("UPDATE account SET balance = balance + 1 WHERE id = 9000000000");
      Savepoint point = one.setSavepoint("here");
      statement.executeUpdate("DELETE FROM account");
      one.rollback(point);
      one.commit();
    }
    one.setAutoCommit(true);
    try (Statement statement = next().createStatement(); ResultSet set = statement.executeQuery("SELECT COUNT(*) AS n, MIN(balance) AS least FROM account")) {
      same(List.of("300|1001.25"), rows(set, "n", "least"), "after the transaction");
    }
  }

  static void reflect(String database) throws SQLException {
    DatabaseMetaData meta = next().getMetaData();
    same(true, meta.supportsTransactions(), "transactions");
    same(List.of("account|TABLE", "owner|TABLE"), rows(meta.getTables(database, null, "%", new String[] {"TABLE"}), "TABLE_NAME", "TABLE_TYPE"), "tables");
    meta = next().getMetaData();
    same(
        List.of("id|-5|19|NO", "owner|4|10|NO", "balance|3|15|NO", "opened|93|26|YES", "seal|-3|16|YES", "open|-7|1|YES", "note|12|100|YES"),
        rows(meta.getColumns(database, null, "account", "%"), "COLUMN_NAME", "DATA_TYPE", "COLUMN_SIZE", "IS_NULLABLE"),
        "columns");
    same(List.of("id|1"), rows(meta.getPrimaryKeys(database, null, "account"), "COLUMN_NAME", "KEY_SEQ"), "primary key");
    meta = next().getMetaData();
    same(
        List.of("owner|id|owner|of_owner"),
        rows(meta.getImportedKeys(database, null, "account"), "PKTABLE_NAME", "PKCOLUMN_NAME", "FKCOLUMN_NAME", "FK_NAME"),
        "imported keys");
    same(
        List.of("PRIMARY|id|false", "by_balance|balance|true", "by_balance|owner|true", "of_owner|owner|true"),
        rows(meta.getIndexInfo(database, null, "account", false, false), "INDEX_NAME", "COLUMN_NAME", "NON_UNIQUE").stream()
            .map(row -> row.replace("|1", "|true").replace("|0", "|false"))
            .toList(),
        "indexes");
  }
}
