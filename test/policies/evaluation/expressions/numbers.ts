import { lines } from './subject';

export const NUMBERS = lines(`
  object.spec.int == 7
  object.spec.int == 7.0
  object.spec.int < 7.5
  object.spec.int >= 7.0
  object.spec.double > 1
  object.spec.double == 1.5
  object.spec.int + 1 == 8
  object.spec.int + 1.0 == 8.0
  object.spec.int + object.spec.double > 0
  object.spec.int - 10 == -3
  object.spec.int * object.spec.negative == -21
  object.spec.int / 2 == 3
  object.spec.negative / 2 == -1
  object.spec.negative % 2 == -1
  object.spec.int % 0 == 0
  object.spec.int / object.spec.zero == 0
  object.spec.double / 0.0 > 1.0
  object.spec.double % 1.0 == 0.5
  -object.spec.int == -7
  -object.spec.text == 'x'
  object.spec.large * object.spec.large == 1
  object.spec.large * 2048 == 9223372036854775807
  object.spec.large * 2047 == 9218868437227405312
  object.spec.large + 4503599627370497 == 9007199254740993
  -(-9223372036854775807 - 1) == 1
  9223372036854775807 + dyn(1) == 0
  dyn(9223372036854775807) == 9223372036854775807.0
  dyn(9007199254740993) == 9007199254740992.0
  dyn(9007199254740993) > 9007199254740992
  int('42') == 42
  int('+42') == 42
  int('0x1') == 1
  int(' 1') == 1
  int('9223372036854775808') == 1
  int(1.9) == 1
  int(-1.9) == -1
  int(1e19) == 1
  int(object.spec.yes) == 1
  int('') == 0
  double('1.5') == 1.5
  double('1e3') == 1000.0
  double('x') == 1.0
  double('Inf') > 1.0
  double(object.spec.int) == 7.0
  string(object.spec.int) == '7'
  string(object.spec.double) == '1.5'
  string(1.0) == '1'
  string(0.1) == '0.1'
  string(123456.0) == '123456'
  string(1234567.0) == '1.234567e+06'
  string(0.0001) == '0.0001'
  string(0.00001) == '1e-05'
  string(1e100) == '1e+100'
  string(-0.0) == '-0'
  string(object.spec.yes) == 'true'
  string(object.spec.list) == 'x'
  string(dyn(null)) == 'null'
  bool('true') && bool('1') && bool('T') && !bool('False')
  bool('yes')
  bool(dyn(1))
  dyn(1) == dyn(true)
  dyn('1') == dyn(1)
  dyn(null) == dyn(0)
  dyn(null) == null
  object.spec.yes > object.spec.no
  object.spec.yes < 1
  object.spec.text < 1
  object.spec.list < object.spec.list
  object.spec.nothing == {}
  object.spec.list == [3, 1, 2]
  object.spec.list == [3.0, 1.0, 2.0]
  object.spec.map.nested == {'deep': {'deeper': true}}
  object.spec.mixed == [dyn(1), dyn('a'), dyn(true), dyn(1.5), dyn([1]), dyn({'a': 1})]
  object.spec.mixed[4] != [2]
`);
