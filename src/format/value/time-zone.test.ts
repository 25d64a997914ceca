import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {DateTime, type TimeZone} from './temporal.ts';
import {findTimeZone, fromUtcSeconds, isInGap, parseOffset, toUtcSeconds, UTC} from './time-zone.ts';

function zone(name: string): TimeZone {
  const found = findTimeZone(name);
  assert.ok(found !== undefined, name);
  return found;
}

test('offsets', () => {
  assert.equal(parseOffset('+02:00'), 7200);
  assert.equal(parseOffset('-5:30'), -19800);
  assert.equal(parseOffset('+14:00'), 50400);
  assert.equal(parseOffset('+14:01'), undefined);
  assert.equal(parseOffset('-14:00'), undefined);
  assert.equal(zone('-5:30').name, '-05:30');
  assert.equal(zone('+02:00').offsetAt(0), 7200);
  assert.equal(zone('utc'), UTC);
});

test('unknown names are undefined, also strange ones', () => {
  for (const name of ['', 'Mars/Olympus', '__proto__', 'Europe/Berlin\0', '+2', 'x'.repeat(1000)]) {
    assert.equal(findTimeZone(name), undefined, name);
  }
});

test('named zones show the wall clock that the platform shows', () => {
  for (const name of [
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  ]) {
    const z = zone(name);
    const oracle = new Intl.DateTimeFormat('sv-SE', {
      timeZone: name,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    fc.assert(
      fc.property(fc.integer({min: 0, max: 2147483647}), seconds => {
        assert.equal(fromUtcSeconds(seconds, 0, z).toText(), oracle.format(seconds * 1000));
      }),
      {numRuns: 60},
    );
  }
});

test('an instant goes to the wall clock and back, but for the repeated hour', () => {
  const z = zone('America/New_York');
  fc.assert(
    fc.property(fc.integer({min: 0, max: 2147483647}), seconds => {
      const local = fromUtcSeconds(seconds, 0, z);
      const back = toUtcSeconds(local, z);
      assert.ok(back === seconds || back === seconds - 3600, `${seconds} came back as ${back}`);
      assert.equal(fromUtcSeconds(back, 0, z).toText(), local.toText());
      assert.equal(isInGap(local, z), false);
    }),
    {numRuns: 200},
  );
});

test('the skipped hour maps to the change, the repeated one to its first turn', () => {
  const berlin = zone('Europe/Berlin');
  const at = (month: number, day: number, hour: number, minute: number): DateTime =>
    DateTime.of(2021, month, day, hour, minute);
  const change = Date.UTC(2021, 2, 28, 1) / 1000;
  assert.equal(toUtcSeconds(at(3, 28, 1, 59), berlin), change - 60);
  assert.equal(toUtcSeconds(at(3, 28, 2, 30), berlin), change);
  assert.equal(toUtcSeconds(at(3, 28, 3, 0), berlin), change);
  assert.ok(isInGap(at(3, 28, 2, 30), berlin));
  assert.ok(!isInGap(at(3, 28, 3, 0), berlin));
  assert.equal(toUtcSeconds(at(10, 31, 2, 30), berlin), Date.UTC(2021, 9, 31, 0, 30) / 1000);
});
