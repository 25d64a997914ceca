-- JSON functions, on documents whose text is the same in both servers (MySQL's normal form).
-- list doc = '{"a": 1, "b": [1, 2, {"c": null}]}' | '[1, 2, 3]' | '"text"' | '12.5' | 'null' | 'true' | '{}' | '[]' | NULL
-- list path = '$' | '$.a' | '$.b' | '$.b[0]' | '$.b[2].c' | '$[0]' | '$[1]' | '$.x' | '$.*' | '$[*]' | '$**.c'
SELECT JSON_EXTRACT({{doc}}, {{path}});
SELECT JSON_UNQUOTE(JSON_EXTRACT({{doc}}, {{'$' | '$.a' | '$[0]'}}));
SELECT {{JSON_VALID | JSON_TYPE | JSON_LENGTH | JSON_DEPTH | JSON_KEYS}}({{doc}});
SELECT JSON_VALID({{'{' | '' | 'a' | '"a"' | '[1,]' | '{"a":}' | '01' | '1e5' | '-' | 'nul'}});
SELECT JSON_LENGTH({{doc}}, {{'$.b' | '$[0]' | '$'}}), JSON_KEYS('{"a": {"x": 1, "y": 2}}', '$.a');
SELECT JSON_CONTAINS({{doc}}, {{'1' | '[1, 2]' | '{"a": 1}' | 'null' | '"text"'}}), JSON_CONTAINS('{"a": {"b": 1}}', '1', '$.a.b');
SELECT JSON_CONTAINS_PATH({{doc}}, {{'one' | 'all'}}, '$.a', {{'$.b' | '$.x' | '$[0]'}});
SELECT JSON_ARRAY(), JSON_ARRAY(1, 'a', NULL, TRUE, 1.5), JSON_OBJECT(), JSON_OBJECT('a', 1, 'b', 'x', 'c', NULL), JSON_ARRAY(JSON_ARRAY(1), JSON_OBJECT('k', 2));
SELECT JSON_QUOTE({{'a' | 'a"b' | '' | NULL | 'a\\b' | 'a\nb'}}), JSON_UNQUOTE({{'"a"' | 'a' | '"a\\nb"' | NULL | '""'}});
SELECT JSON_SET({{'{"a": 1}' | '[1, 2]' | NULL}}, {{'$.a' | '$.b' | '$[0]' | '$[5]'}}, {{10 | 'x' | NULL | 1.5}});
SELECT JSON_INSERT({{'{"a": 1}' | '[1, 2]'}}, {{'$.a' | '$.b' | '$[0]' | '$[5]'}}, {{10 | 'x'}}), JSON_REPLACE({{'{"a": 1}' | '[1, 2]'}}, {{'$.a' | '$.b' | '$[0]' | '$[5]'}}, 10);
SELECT JSON_REMOVE({{'{"a": 1, "b": 2}' | '[1, 2, 3]'}}, {{'$.a' | '$.x' | '$[0]' | '$[5]'}}), JSON_REMOVE('[1, 2, 3]', '$[0]', '$[0]');
-- differs: a path that leads nowhere changes nothing in MySQL, gives NULL in MariaDB
SELECT JSON_ARRAY_APPEND('{{[1, 2] | {"a": [1]} | {"a": 1} | 5}}', {{'$' | '$.a' | '$[0]'}}, 'x'), JSON_ARRAY_INSERT('[1, 2]', '$[{{0 | 1 | 5}}]', 'x');
-- list patch = '[2]' | '{"a": null, "b": {"d": 2}}' | '"x"'
SELECT JSON_MERGE_PRESERVE({{'[1]' | '{"a": 1}' | '5'}}, {{'[2]' | '{"a": 2, "b": 3}' | '"x"'}}), JSON_MERGE_PATCH({{'[1]' | '{"a": 1, "b": {"c": 1} }'}}, {{patch}});
SELECT JSON_SEARCH({{'["abc", {"x": "abc"}, "def"]' | '{"a": "x"}' | NULL}}, {{'one' | 'all'}}, {{'abc' | 'x' | '%b%' | 'zzz'}});
SELECT JSON_OVERLAPS('{{[1, 2] | {"a": 1} | 1}}', '{{[2, 3] | {"a": 1, "b": 2} | 1 | [1]}}');
SELECT JSON_VALUE('{"a": "x", "b": 12, "c": [1]}', '$.{{a | b | c | z}}');
-- differs: invalid paths are errors in MySQL, warnings in MariaDB
SELECT JSON_EXTRACT('{"a": 1}', 'x');
-- differs: invalid documents are errors in MySQL, warnings in MariaDB
SELECT JSON_EXTRACT('{"a": 1', '$.a');
SELECT JSON_EXTRACT('[1, 2, 3]', '$[0]', '$[2]'), JSON_EXTRACT('{"a b": 1}', '$."a b"');
CREATE TABLE j (id INT PRIMARY KEY, d JSON, k INT);
INSERT INTO j VALUES (1, '{"a": 1, "n": "x"}', 1), (2, '{"a": 2, "n": "y"}', 1), (3, NULL, 2), (4, '[1, 2, 3]', 2), (5, '"s"', 3);
-- differs: JSON columns are checked by a constraint in MariaDB
INSERT INTO j VALUES (6, '{bad', 1);
SELECT id, d FROM j ORDER BY id;
SELECT id, JSON_EXTRACT(d, '$.a'), JSON_VALUE(d, '$.n'), JSON_TYPE(d), JSON_LENGTH(d) FROM j ORDER BY id;
SELECT id FROM j WHERE JSON_EXTRACT(d, '$.a') {{= | < | >}} {{1 | 2}} ORDER BY id;
SELECT id FROM j WHERE JSON_VALUE(d, '$.n') = 'x' OR JSON_CONTAINS(d, '2') ORDER BY id;
-- differs: MySQL has no ORDER BY in JSON_ARRAYAGG
SELECT k, JSON_ARRAYAGG(id ORDER BY id) FROM j GROUP BY k ORDER BY k;
SELECT k, COUNT(d) FROM j GROUP BY k ORDER BY k;
UPDATE j SET d = JSON_SET(d, '$.a', JSON_EXTRACT(d, '$.a') + 10) WHERE id IN (1, 2);
-- differs: arithmetic on JSON numbers is DOUBLE in MySQL, and a DOUBLE prints as 11.0
SELECT id, d FROM j WHERE id < 3 ORDER BY id;
SELECT t.id, jt.v FROM j t, JSON_TABLE(t.d, '$[*]' COLUMNS (v INT PATH '$')) jt WHERE t.id = 4 ORDER BY jt.v;
SELECT jt.* FROM JSON_TABLE('[{"a": 1, "b": "x"}, {"a": 2}, {"b": "z"}]', '$[*]' COLUMNS (o FOR ORDINALITY, a INT PATH '$.a' DEFAULT '0' ON EMPTY, b VARCHAR(5) PATH '$.b', e INT EXISTS PATH '$.a')) jt ORDER BY o;
SELECT jt.* FROM JSON_TABLE('[{"a": 1, "c": [1, 2]}, {"a": 2, "c": []}]', '$[*]' COLUMNS (a INT PATH '$.a', NESTED PATH '$.c[*]' COLUMNS (c INT PATH '$'))) jt ORDER BY a, c;
