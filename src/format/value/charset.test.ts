import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {
  ASCII,
  BINARY,
  characterCount,
  decodeText,
  encodeText,
  findCharset,
  firstInvalidUtf8,
  firstUnencodable,
  LATIN1,
  offsetOfCharacter,
  prefixCharacters,
  UTF8MB3,
  UTF8MB4,
  utf8CharacterCount,
  utf8PrefixEnd,
} from './charset.ts';

const anyText = fc.string({unit: 'binary', maxLength: 12});

test('utf8mb4 holds every text; latin1 every byte', () => {
  fc.assert(
    fc.property(anyText, text => {
      const bytes = encodeText(text, UTF8MB4);
      assert.equal(decodeText(bytes, UTF8MB4), text);
      assert.equal(firstInvalidUtf8(bytes, 0, bytes.length), bytes.length);
      assert.equal(firstUnencodable(text, UTF8MB4), -1);
    }),
  );
  const all = Uint8Array.from({length: 256}, (_, i) => i);
  assert.deepEqual(encodeText(decodeText(all, LATIN1), LATIN1), all);
  assert.equal(decodeText(Uint8Array.of(0x80, 0xe9, 0x41), LATIN1), '€éA');
});

test('validation agrees with the platform', () => {
  const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
  const bytes = fc.array(
    fc.oneof(
      fc.integer({min: 0, max: 255}),
      fc.constantFrom(0xc3, 0xa9, 0xe0, 0xa0, 0xed, 0xf0, 0x9f, 0x80, 0xf4, 0x8f),
    ),
    {
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(bytes, list => {
      const data = Uint8Array.from(list);
      const bad = firstInvalidUtf8(data, 0, data.length);
      let valid = true;
      try {
        strict.decode(data);
      } catch {
        valid = false;
      }
      assert.equal(bad === data.length, valid);
      assert.doesNotThrow(() => strict.decode(data.subarray(0, bad)));
    }),
    {numRuns: 2000},
  );
});

test('characters are counted and cut the same in strings and in bytes', () => {
  fc.assert(
    fc.property(anyText, fc.nat(14), (text, n) => {
      const points = Array.from(text);
      const bytes = encodeText(text, UTF8MB4);
      assert.equal(characterCount(text), points.length);
      assert.equal(utf8CharacterCount(bytes, 0, bytes.length), points.length);
      const prefix = points.slice(0, n).join('');
      assert.equal(prefixCharacters(text, n), prefix);
      assert.equal(offsetOfCharacter(text, n), prefix.length);
      assert.equal(utf8PrefixEnd(bytes, 0, bytes.length, n), encodeText(prefix, UTF8MB4).length);
    }),
  );
});

test('what a set cannot hold is found, and written as a question mark', () => {
  assert.equal(firstUnencodable('aé日', LATIN1), 2);
  assert.equal(firstUnencodable('é€', LATIN1), -1);
  assert.equal(firstUnencodable('aé', ASCII), 1);
  assert.equal(firstUnencodable('日😀', UTF8MB3), 1);
  assert.equal(firstUnencodable('a\ud800', UTF8MB4), 1);
  assert.equal(firstUnencodable('\ud800', BINARY), -1);
  assert.equal(Buffer.from(encodeText('a日😀b', LATIN1)).toString('latin1'), 'a??b');
  assert.equal(Buffer.from(encodeText('日😀', UTF8MB3)).toString('utf8'), '日?');
  assert.equal(decodeText(Uint8Array.of(65, 200), ASCII), 'A\ufffd');
});

test('names', () => {
  assert.equal(findCharset('UTF8'), UTF8MB3);
  assert.equal(findCharset('utf8mb4'), UTF8MB4);
  assert.equal(findCharset('__proto__'), undefined);
});
