-- String functions.
-- list s = '' | 'a' | 'Hello' | 'héllo wörld' | NULL | 123 | 1.50 | '日本語' | 'a,b,c'
-- differs: the quoted NULL has no character set in MariaDB
SELECT {{LENGTH | CHAR_LENGTH | UPPER | LOWER | REVERSE | HEX | ASCII | ORD | TRIM | LTRIM | RTRIM | SOUNDEX | QUOTE | BIT_LENGTH | TO_BASE64 | MD5 | SHA1 | CRC32}}({{s}});
SELECT {{LEFT | RIGHT}}({{s}}, {{0 | 2 | 100 | -1 | NULL | 1.5 | '2'}});
SELECT SUBSTRING({{s}}, {{1 | 2 | -2 | 0 | 100 | NULL}});
SELECT SUBSTRING({{'Hello' | 'héllo' | NULL}}, {{1 | 2 | -3 | 0}}, {{0 | 1 | 2 | 100 | -1 | NULL}});
SELECT SUBSTRING('Hello' FROM 2), SUBSTRING('Hello' FROM 2 FOR 3), SUBSTR('Hello', 2), MID('Hello', 2, 2);
SELECT CONCAT({{s}}, {{'x' | NULL | 1 | 2.50 | 1e0 | DATE'2020-01-01'}});
SELECT CONCAT_WS({{',' | '' | NULL | 1}}, {{'a' | NULL | ''}}, {{'b' | NULL | 3}});
SELECT CONCAT('a'), CONCAT('a', 1, 2.5, NULL), CONCAT(1, 2), CONCAT('a', 'b', 'c', 'd');
-- differs: padding with nothing gives an empty text in MySQL, NULL in MariaDB
SELECT LPAD({{'hi' | '' | NULL | 'hé'}}, {{0 | 1 | 5 | -1 | NULL}}, {{'?' | 'ab' | '' | NULL}});
-- differs: padding with nothing gives an empty text in MySQL, NULL in MariaDB
SELECT RPAD({{'hi' | '' | NULL | 'hé'}}, {{0 | 1 | 5 | -1}}, {{'?' | 'ab' | ''}});
SELECT REPEAT({{'ab' | '' | NULL | 1}}, {{0 | 1 | 3 | -1 | NULL}}), SPACE({{0 | 2 | -1 | NULL}});
-- differs: MariaDB does not look at the replacement when there is nothing to replace
SELECT REPLACE({{'hello' | '' | NULL}}, {{'l' | 'L' | '' | 'll' | NULL}}, {{'x' | '' | NULL}});
SELECT INSERT({{'Quadratic' | 'héllo' | NULL}}, {{1 | 3 | -1 | 0 | 100}}, {{0 | 2 | 100 | -1}}, {{'What' | ''}});
SELECT LOCATE({{'l' | 'L' | '' | 'z' | NULL}}, {{'hello' | '' | NULL | 'HÉLLO'}}), INSTR('foobar', {{'bar' | 'BAR' | '' | 'x'}}), POSITION('b' IN 'abc');
-- differs: an empty text is found behind the end in MySQL
SELECT LOCATE('l', 'hello', {{0 | 1 | 4 | 5 | 6 | -1}}), LOCATE('', 'abc', {{1 | 4 | 5}});
SELECT TRIM({{LEADING | TRAILING | BOTH}} {{'x' | 'xy' | ' ' | ''}} FROM {{'xxaxx' | 'xyxyaxy' | '  a  ' | NULL}});
SELECT TRIM('  a  '), LTRIM('  a  '), RTRIM('  a  '), TRIM('x' FROM 'xax');
SELECT SUBSTRING_INDEX({{'www.mysql.com' | '' | NULL | 'abc'}}, {{'.' | 'mysql' | '' | 'MYSQL'}}, {{0 | 1 | 2 | -1 | -2 | 10}});
-- differs: MySQL converts what FIELD compares with, also for NULL
SELECT ELT({{0 | 1 | 2 | 3 | NULL | -1 | '1'}}, 'a', 'b'), FIELD({{'b' | 'B' | 'x' | NULL | 2}}, 'a', 'b', 'c'), FIELD(2, 1, '2', 3), FIELD('2', 1, 2);
SELECT FIND_IN_SET({{'b' | 'B' | '' | 'x' | NULL | 'a,b'}}, {{'a,b,c' | '' | NULL | 'b' | ',b'}});
SELECT MAKE_SET({{0 | 1 | 5 | 7 | NULL}}, 'a', NULL, 'c'), EXPORT_SET(5, 'Y', 'N', ',', 4), EXPORT_SET(6, '1', '0', '', 5), EXPORT_SET(1, 'a', 'b');
SELECT CHAR({{65 | 256 | 77.3 | NULL | '66'}}), HEX(CHAR(65, 66, NULL, 67)), CHAR(77, 121 USING utf8mb4), HEX(CHAR(1, 0));
-- differs: MySQL warns 1411 of what is not hexadecimal
SELECT HEX({{'abc' | 255 | -1 | 1.5 | NULL | '' | 'é'}}), UNHEX({{'616263' | '4' | 'xyz' | NULL | ''}}), UNHEX(HEX('äö'));
-- differs: MariaDB warns of what is not base 64
SELECT TO_BASE64({{'a' | 'ab' | 'abc' | '' | NULL}}), FROM_BASE64({{'YQ==' | 'YWJj' | '!!' | NULL | ''}});
-- differs: MySQL warns of a text that is no integer
SELECT BIN({{0 | 5 | -1 | '7' | NULL | 'x'}}), OCT({{0 | 8 | -1 | NULL}}), CONV('a', 16, 2);
SELECT ASCII({{'' | 'a' | 'é' | NULL | 9}}), ORD({{'' | 'a' | 'é' | '日'}}), CHAR_LENGTH('日本'), LENGTH('日本'), OCTET_LENGTH('é');
-- differs: the quoted NULL has no character set in MariaDB
SELECT QUOTE({{'it''s' | 'a\\b' | NULL | '' | 'a\nb'}});
SELECT UPPER('straße ÄÖ'), LOWER('ÀÉÎ'), UCASE('a'), LCASE('A'), UPPER(_binary'abc'), LOWER(BINARY 'ABC');
SELECT SOUNDEX({{'Robert' | 'Rupert' | 'Honeyman' | 'a' | '' | '123'}}), 'Robert' SOUNDS LIKE 'Rupert';
SELECT STRCMP({{'text' | 'text2' | 'TEXT' | NULL}}, {{'text' | 'text2'}});
-- differs: an unknown hash length is NULL in MySQL; MariaDB reads NULL as 0
SELECT MD5({{'' | 'abc' | NULL | 123}}), SHA1('abc'), SHA('abc'), SHA2('abc', {{0 | 224 | 256 | 384 | 512 | 1 | NULL}});
-- differs: more than four parts are no address; MariaDB computes on
SELECT INET_ATON({{'127.0.0.1' | '255.255.255.255' | '1.2' | 'x' | NULL | '1.2.3.4.5'}}), INET_NTOA({{0 | 2130706433 | 4294967295 | 4294967296 | NULL}});
SELECT HEX(INET6_ATON({{'::1' | '1.2.3.4' | 'fe80::1' | 'x' | NULL}})), INET6_NTOA(INET6_ATON('{{::ffff:1.2.3.4 | 2001:db8::1}}')), IS_IPV4('{{1.2.3.4 | 1.2.3 | x}}'), IS_IPV6('{{::1 | 1.2.3.4}}');
SELECT REGEXP_REPLACE('{{abc abc | foo | }}', '{{b | [a-c]+ | (o)(o)}}', '{{X | \\\\1- | }}');
-- differs: no match is NULL in MySQL, empty in MariaDB
SELECT REGEXP_SUBSTR('{{abc def | 123}}', '{{[a-z]+ | [0-9]+ | z}}'), REGEXP_INSTR('{{abcabc | xyz}}', '{{b | c$ | y}}');
SELECT 'a' 'b' "c", 'it''s', "say ""hi""", 'a\tb\nc\\d\'e\"f', '\%\_\x', N'n', _utf8mb4'u';
SELECT LENGTH('a\0b'), HEX('\Z\b'), '', ' ', 'trailing ', CONCAT('[', 'x ', ']');
SELECT 'a' || 'b', '1' || '0';
SELECT LCASE(NULL), CONCAT(), 1;
SELECT SUBSTRING('a');
SELECT REPEAT('a');
SELECT NOSUCHFUNCTION(1);
SELECT UPPER(1, 2);
-- Columns: CHAR pads, VARCHAR keeps, BINARY pads with zeros.
CREATE TABLE s (id INT PRIMARY KEY, c CHAR(5), v VARCHAR(10), b BINARY(4), vb VARBINARY(10), t TEXT, bl BLOB, l VARCHAR(10) CHARACTER SET latin1, bn VARCHAR(10) COLLATE utf8mb4_bin, KEY (v), KEY (c), KEY (bn));
INSERT INTO s VALUES (1, 'ab ', 'ab ', 'ab', 'ab', 'text', 'blob', 'lat', 'bin'), (2, '', '', '', '', '', '', '', ''), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'ABé', 'abÉ', 'x', 'AB ', 'Text', 'Blob', 'é', 'Bin'), (5, 'zz', 'ab', 'zz', 'ab\0', 'zz', 'zz', 'zz', 'bin ');
-- list col = c | v | b | vb | t | bl | l | bn
SELECT id, LENGTH({{col}}), CHAR_LENGTH({{c | v | l}}) FROM s ORDER BY id;
SELECT id, HEX({{col}}) FROM s ORDER BY id;
SELECT id FROM s WHERE {{col}} = {{'ab' | 'ab ' | 'AB' | '' | 'text' | 'bin' | 'é' | 'zz'}} ORDER BY id;
SELECT id FROM s WHERE {{col}} {{< | >=}} {{'b' | 'B'}} ORDER BY id;
SELECT id FROM s WHERE {{c | v | t | l | bn}} LIKE {{'ab%' | '%b' | 'B%' | 'ab ' | '_e_t'}} ORDER BY id;
SELECT {{c | v | t | bn}}, COUNT(*) FROM s WHERE id <> 1 GROUP BY 1 ORDER BY 1;
SELECT DISTINCT UPPER({{c | v | l | bn}}) FROM s ORDER BY 1;
SELECT id, CONCAT({{col}}, '|') FROM s ORDER BY id;
SELECT id FROM s ORDER BY {{c | t | l | bn | b | bl}}, id;
SELECT MIN({{col}}), MAX({{col}}) FROM s WHERE id <> 1;
SELECT id, UPPER(b), LOWER(vb), REVERSE(c), c = v, v = bn COLLATE utf8mb4_bin FROM s ORDER BY id;
SELECT id, v + 0, CONCAT(v, c, t), COALESCE(v, bl), IF(id = 1, v, bl) FROM s ORDER BY id;
SELECT GROUP_CONCAT(v ORDER BY id), GROUP_CONCAT(DISTINCT c ORDER BY c SEPARATOR '-'), GROUP_CONCAT(v, ':', t ORDER BY id DESC) FROM s WHERE id <> 1;
SELECT CHARSET({{'a' | NULL | 1 | _latin1'a' | BINARY 'a' | X'41' | USER()}}), COLLATION({{'a' | _latin1'a' | BINARY 'a'}});
SELECT CONVERT('é' USING latin1), CONVERT('日' USING latin1), HEX(CONVERT('é' USING latin1)), CONVERT(_latin1'x' USING utf8mb4), CONVERT('a' USING nonsense);
SELECT 'a' COLLATE latin1_bin;
SELECT 'a' COLLATE nonsense;
SELECT _latin1'a' COLLATE latin1_swedish_ci = 'A', 'a' COLLATE utf8mb4_bin < 'B', 'a' COLLATE utf8mb4_general_ci < 'B';
SELECT 'a' COLLATE utf8mb4_bin = 'a' COLLATE utf8mb4_general_ci;
SELECT id FROM s WHERE v COLLATE utf8mb4_bin = 'ab' COLLATE utf8mb4_general_ci;
SELECT COERCIBILITY('a'), COERCIBILITY(NULL), COERCIBILITY('a' COLLATE utf8mb4_bin), COERCIBILITY(v) FROM s WHERE id = 1;
