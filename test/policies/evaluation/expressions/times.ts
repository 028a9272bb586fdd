import { lines } from './subject';

export const TIMES = lines(`
  timestamp('2026-11-23T01:02:03Z') < timestamp('2026-11-23T01:02:04Z')
  timestamp('2026-11-23T10:02:03+09:00') == timestamp('2026-11-23T01:02:03Z')
  timestamp('2026-11-23T01:02:03.123456789Z') > timestamp('2026-11-23T01:02:03Z')
  timestamp('2026-11-23') == timestamp('2026-11-23T00:00:00Z')
  timestamp(dyn('2026-02-29T00:00:00Z')) > timestamp('2026-01-01T00:00:00Z')
  timestamp(dyn('2024-02-29T00:00:00Z')) > timestamp('2024-01-01T00:00:00Z')
  timestamp(dyn('2026-11-23T24:00:00Z')) > timestamp('2026-01-01T00:00:00Z')
  timestamp(dyn('2026-11-23T01:02:60Z')) > timestamp('2026-01-01T00:00:00Z')
  timestamp(dyn('2026-11-23T01:02:03')) > timestamp('2026-01-01T00:00:00Z')
  timestamp(dyn('2026-11-23t01:02:03z')) > timestamp('2026-01-01T00:00:00Z')
  timestamp(dyn('2026-11-23T01:02:03,5Z')) > timestamp('2026-01-01T00:00:00Z')
  timestamp(dyn('2026-11-23T1:02:03Z')) > timestamp('2026-01-01T00:00:00Z')
  timestamp(dyn('2026-11-23T01:02:03+24:00')) > timestamp('2026-01-01T00:00:00Z')
  timestamp(dyn('2026-11-23T01:02:03+0900')) > timestamp('2026-01-01T00:00:00Z')
  timestamp(dyn('0000-11-23T01:02:03Z')) < timestamp('2026-01-01T00:00:00Z')
  timestamp(1) == timestamp('1970-01-01T00:00:01Z')
  timestamp('2026-11-23T01:02:03Z') + duration('1h') == timestamp('2026-11-23T02:02:03Z')
  timestamp('2026-11-23T01:02:03Z') - timestamp('2026-11-22T01:02:03Z') == duration('24h')
  timestamp('9999-12-31T23:59:59Z') + duration('1s') > timestamp('2026-01-01T00:00:00Z')
  duration('1h30m') == duration('5400s')
  duration('-1.5s') == duration('-1500ms')
  duration('1h') > duration('59m')
  duration(dyn('1d')) > duration('1s')
  duration(dyn('')) > duration('1s')
  duration(dyn('1')) > duration('1s')
  duration(dyn('0')) == duration('0s')
  duration(dyn('+1s')) == duration('1s')
  duration(dyn('1.5h1.5m')) == duration('5490s')
  duration(dyn('.5s')) == duration('500ms')
  duration(dyn('1.s')) == duration('1s')
  duration(dyn('1e3s')) == duration('1000s')
  duration(dyn('300000000h')) > duration('1s')
  duration('1us') == duration('1000ns')
  string(duration('90m')) == '5400s'
  string(duration('1ms')) == '0.001s'
  string(timestamp('2026-11-23T01:02:03.500Z')) == '2026-11-23T01:02:03.5Z'
  string(timestamp('2026-11-23T10:02:03+09:00')) == '2026-11-23T10:02:03+09:00'
  string(timestamp('2026-11-23T10:02:03+00:00')) == '2026-11-23T10:02:03Z'
  string(timestamp('2026-11-23T10:02:03-02:30') + duration('1h')) == '2026-11-23T11:02:03-02:30'
  timestamp('2026-11-23T10:02:03+09:00').getHours() == 1
  timestamp(dyn('2026-11-23T10:02:03+24:59')) > timestamp('1970-01-01T00:00:00Z')
  timestamp(dyn('2026-11-23T10:02:03+23:60')) > timestamp('1970-01-01T00:00:00Z')
  timestamp('2026-11-23T01:02:03Z').getHours('') == 1
  timestamp('2026-11-23T01:02:03Z').getHours('Z') == 1
  timestamp('2026-11-23T01:02:03Z').getHours('KST') == 1
  timestamp('2026-11-23T01:02:03Z').getHours('+9:00') == 10
  timestamp('2026-11-23T01:02:03Z').getHours('+09') == 10
  timestamp('2026-11-23T01:02:03Z').getHours('+25:00') == 2
  timestamp('2026-11-23T01:02:03Z').getHours('+00:90') == 2
  timestamp('2026-11-23T01:02:03Z').getMinutes('-00:30') == 32
  timestamp('2026-11-23T01:02:03Z').getMinutes('-00:30') == 2
  int(timestamp('1970-01-02T00:00:00Z')) == 86400
  int(timestamp('1969-12-31T23:59:59.5Z')) == -1
  timestamp('2026-11-23T23:02:03Z').getFullYear() == 2026
  timestamp('2026-11-23T23:02:03Z').getMonth() == 10
  timestamp('2026-11-23T23:02:03Z').getDate() == 23
  timestamp('2026-11-23T23:02:03Z').getDate('+09:00') == 24
  timestamp('2026-11-23T23:02:03Z').getHours('-02:30') == 20
  timestamp('2026-11-23T23:02:03Z').getHours('02:00') == 1
  timestamp('2026-11-23T23:02:03Z').getDayOfMonth() == 22
  timestamp('2026-11-23T23:02:03Z').getDayOfWeek() == 1
  timestamp('2026-11-23T23:02:03Z').getDayOfYear() == 326
  timestamp('2026-11-23T23:02:03.123Z').getMilliseconds() == 123
  duration('90m').getHours() == 1
  duration('90m').getMinutes() == 90
  duration('1500ms').getMilliseconds() == 1500
  duration('1500ms').getSeconds() == 1
  duration('1s') == dyn('1s')
  timestamp('2026-11-23T01:02:03Z') == dyn('2026-11-23T01:02:03Z')
  timestamp('2026-11-23T01:02:03Z') < dyn('2026-11-23T01:02:03Z')
  timestamp(object.metadata.creationTimestamp) > timestamp('2020-01-01T00:00:00Z') || true
`);
