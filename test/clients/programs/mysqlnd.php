<?php
// PHP's mysqlnd, by both of its faces: mysqli (text, prepared, unbuffered, several statements) and PDO (server-side prepared statements,
// transactions, column metadata). Arguments: host, ports with commas between, database. Ends with 1 and a sentence when something is wrong.

declare(strict_types=1);

[, $host, $ports, $database] = $argv;
$ports = array_map('intval', explode(',', $ports));
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);

function same(mixed $expected, mixed $actual, string $what): void
{
    if ($expected === $actual) return;
    fwrite(STDERR, "$what: expected " . var_export($expected, true) . ', got ' . var_export($actual, true) . "\n");
    exit(1);
}

$connections = array_map(function (int $port) use ($host, $database): mysqli {
    $made = mysqli_init();
    $made->options(MYSQLI_OPT_INT_AND_FLOAT_NATIVE, 1);
    $made->real_connect($host, 'root', '', $database, $port);
    $made->set_charset('utf8mb4');
    return $made;
}, $ports);
$turn = 0;
function next_of(array $all): mixed
{
    global $turn;
    return $all[$turn++ % count($all)];
}

next_of($connections)->query("CREATE TABLE page (id INT AUTO_INCREMENT PRIMARY KEY, title VARCHAR(100) NOT NULL, body MEDIUMTEXT,
    raw BLOB, hits BIGINT DEFAULT 0, rate DECIMAL(6,3), made TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6), tags SET('x','y','z'))");
next_of($connections)->query('ALTER TABLE page ADD UNIQUE KEY by_title (title), ADD COLUMN lang CHAR(2) NOT NULL DEFAULT "en" AFTER title');

$one = next_of($connections);
$insert = $one->prepare('INSERT INTO page (title, body, raw, rate, tags) VALUES (?, ?, ?, ?, ?)');
$title = "Überschrift \u{1F333}";
$body = str_repeat('long text ', 20000);
$raw = null;
$rate = 12.5;
$tags = 'x,z';
$insert->bind_param('ssbds', $title, $body, $raw, $rate, $tags);
$bytes = implode('', array_map('chr', range(0, 255)));
$insert->send_long_data(2, $bytes);
$insert->execute();
same(1, $insert->affected_rows, 'affected rows');
$id = $insert->insert_id;

$select = next_of($connections)->prepare('SELECT title, lang, body, raw, hits, rate, tags FROM page WHERE id = ?');
$select->bind_param('i', $id);
$select->execute();
$row = $select->get_result()->fetch_assoc();
same(['title' => $title, 'lang' => 'en', 'body' => $body, 'raw' => $bytes, 'hits' => 0, 'rate' => '12.500', 'tags' => 'x,z'], $row, 'prepared row');
$select->close();

try {
    next_of($connections)->query("INSERT INTO page (title) VALUES ('Überschrift \u{1F333}')");
    same(true, false, 'a duplicate');
} catch (mysqli_sql_exception $error) {
    same([1062, '23000'], [$error->getCode(), $error->getSqlState()], 'the error of a duplicate');
}

$several = next_of($connections);
$several->multi_query("UPDATE page SET hits = hits + 41; SELECT hits FROM page; SELECT 'x' AS a, NULL AS b");
$several->next_result();
same([[41]], $several->store_result()->fetch_all(), 'second result');
$several->next_result();
same([['a' => 'x', 'b' => null]], $several->store_result()->fetch_all(MYSQLI_ASSOC), 'third result');

$unbuffered = next_of($connections)->query('WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i FROM n', MYSQLI_USE_RESULT);
$sum = 0;
while ($row = $unbuffered->fetch_row()) $sum += $row[0];
$unbuffered->free();
same(405450, $sum, 'unbuffered rows');

$pdos = array_map(fn (int $port): PDO => new PDO("mysql:host=$host;port=$port;dbname=$database;charset=utf8mb4", 'root', '', [
    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    PDO::ATTR_EMULATE_PREPARES => false,
    PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
]), $ports);
$pdo = next_of($pdos);
$pdo->beginTransaction();
$pdo->exec('DELETE FROM page');
$pdo->rollBack();
$statement = next_of($pdos)->prepare('SELECT id, rate, hits FROM page WHERE title LIKE :pattern AND hits BETWEEN :low AND :high');
$statement->execute(['pattern' => 'Über%', 'low' => 1, 'high' => 100]);
same([['id' => $id, 'rate' => '12.500', 'hits' => 41]], $statement->fetchAll(), 'PDO rows');
$meta = $statement->getColumnMeta(1);
same(['rate', 'NEWDECIMAL', 'page', 3], [$meta['name'], $meta['native_type'], $meta['table'], $meta['precision']], 'column metadata');

$columns = next_of($pdos)->query("SELECT COLUMN_NAME AS n, COLUMN_KEY AS k, EXTRA AS e FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'page' ORDER BY ordinal_position")->fetchAll(PDO::FETCH_NUM);
same([
    ['id', 'PRI', 'auto_increment'], ['title', 'UNI', ''], ['lang', '', ''], ['body', '', ''], ['raw', '', ''], ['hits', '', ''], ['rate', '', ''],
    ['made', '', 'DEFAULT_GENERATED'], ['tags', '', ''],
], $columns, 'reflected columns');
$described = next_of($connections)->query('DESCRIBE page')->fetch_all(MYSQLI_ASSOC);
same(['Field' => 'tags', 'Type' => "set('x','y','z')", 'Null' => 'YES', 'Key' => '', 'Default' => null, 'Extra' => ''], end($described), 'DESCRIBE');
next_of($connections)->query('DROP TABLE page');
same(0, next_of($connections)->query('SHOW TABLES')->num_rows, 'tables at the end');
