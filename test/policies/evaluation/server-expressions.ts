import type { JsonObject } from '../../../kubernetes/types';

/** What the expressions below are about: `object.spec`. */
export const SPEC: JsonObject = {
  int: 7,
  zero: 0,
  negative: -3,
  large: 4_503_599_627_370_496,
  double: 1.5,
  text: 'registry.example/app:1',
  empty: '',
  korean: '특권 컨테이너',
  yes: true,
  no: false,
  list: [3, 1, 2],
  texts: ['b', 'a', 'c'],
  mixed: [1, 'a', true, 1.5, [1], { a: 1 }],
  none: [],
  map: { a: 1, 'b-c': 'x', nested: { deep: { deeper: true } } },
  nothing: {},
  containers: [
    {
      name: 'app',
      image: 'registry.example/app:1',
      securityContext: { privileged: false },
      ports: [{ containerPort: 8080 }],
    },
    { name: 'sidecar', image: 'docker.io/library/busybox', resources: { limits: { memory: '1Gi', cpu: '500m' } } },
    { name: 'odd', securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN', 'SYS_TIME'] } } },
  ],
  'key-with-dash': 1,
  constructor: 'own',
};

/** Every line is one expression; the API server must give what we give. */
const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

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

export const STRUCTURES = lines(`
  has(object.spec.int)
  has(object.spec.missing)
  has(object.spec.missing.further)
  has(object.spec.int.further)
  has(object.spec.text.further)
  has(object.spec.yes.further)
  has(object.spec.double.further)
  has(object.spec.list.further)
  has(object.spec.none.further)
  has(object.spec.map.nested.deep)
  has(object.spec.constructor)
  has(object.spec.toString)
  has(object.spec.hasOwnProperty)
  has(object.spec.map.constructor)
  has(object.spec.containers[0].name)
  has(object.spec.containers[2].image)
  has(quantity('1').x)
  has(duration('1s').x)
  has(ip('10.0.0.1').x)
  object.spec.missing == 1
  object.spec.missing == null
  object.spec.int.further == 1
  object.spec.text.further == 1
  object.spec.list.further == 1
  object.spec['key-with-dash'] == 1
  object.spec['missing'] == 1
  object.spec[1] == 1
  object.spec.list[0] == 3
  object.spec.list[3] == 3
  object.spec.list[-1] == 3
  object.spec.list[object.spec.double] == 3
  object.spec.list[1.0] == 1
  object.spec.list['a'] == 1
  object.spec.list[object.spec.no] == 3
  object.spec.text[0] == 'r'
  {'a': 1, 'b': 2}['b'] == 2
  {1: 'x'}[dyn(1.0)] == 'x'
  {1: 'x'}[dyn('a')] == 'x'
  {true: 'x'}[true] == 'x'
  {'a': 1, dyn('a'): 2}.size() == 1
  {dyn(1.0): 1}.size() == 1
  'a' in object.spec.map
  'z' in object.spec.map
  1 in object.spec.map
  'constructor' in object.spec.map
  'constructor' in object.spec
  2 in object.spec.list
  2.0 in object.spec.list
  'a' in object.spec.list
  [1] in object.spec.mixed
  {'a': 1.0} in object.spec.mixed
  'a' in object.spec.text
  1 in object.spec.int
  'b' in object.spec.texts
  size(object.spec.list) == 3
  object.spec.map.size() == 3
  object.spec.korean.size() == 7
  size(object.spec.int) == 1
  size(dyn(null)) == 0
  (object.spec.list + [4])[3] == 4
  object.spec.list + object.spec.none == object.spec.list
  object.spec.list + object.spec.map == []
  object.spec.map + object.spec.map == {}
  object.spec.text + 1 == ''
  !object.spec.int
  !object.spec.text
  object.spec.int ? true : false
  object.spec.yes ? true : object.spec.missing
  object.spec.no ? object.spec.missing : true
  object.spec.missing ? true : false
  object.spec.missing || true
  true || object.spec.missing
  object.spec.missing || false
  false || object.spec.missing
  object.spec.missing && false
  false && object.spec.missing
  object.spec.missing && true
  object.spec.int || true
  true || object.spec.int
  object.spec.int || false
  object.spec.int && false
  object.spec.int && true
  object.spec.missing && object.spec.missing || true
  object.spec.list.all(x, x > 0)
  object.spec.list.all(x, x > 1)
  object.spec.none.all(x, x > 1)
  object.spec.mixed.all(x, x > 5)
  object.spec.mixed.all(x, x == 1)
  object.spec.mixed.exists(x, x > 0)
  object.spec.mixed.exists(x, x == 'a')
  object.spec.mixed.exists(x, x > 100)
  object.spec.mixed.exists_one(x, x == 1)
  object.spec.mixed.exists_one(x, x > 0)
  object.spec.list.exists_one(x, x > 1)
  object.spec.list.filter(x, x > 1) == [3, 2]
  object.spec.mixed.filter(x, x > 0).size() == 1
  object.spec.list.map(x, x * 2) == [6, 2, 4]
  object.spec.list.map(x, x > 1, x * 2) == [6, 4]
  object.spec.mixed.map(x, x + 1).size() == 1
  object.spec.list.all(x, x)
  object.spec.list.exists(x, x)
  object.spec.list.filter(x, x) == []
  object.spec.int.all(x, true)
  object.spec.text.all(x, true)
  object.spec.missing.all(x, true)
  object.spec.map.all(k, k.size() > 0)
  object.spec.map.exists(k, k == 'b-c')
  object.spec.map.exists(k, object.spec.map[k] == 'x')
  object.spec.map.filter(k, k.startsWith('n')) == ['nested']
  object.spec.nothing.all(k, false)
  object.spec.list.all(x, object.spec.list.exists(y, y >= x))
  object.spec.list.map(x, object.spec.list.map(y, x * y)).size() == 3
  object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged == false)
  object.spec.containers.exists(c, has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged)
  object.spec.containers.all(c, c.securityContext.privileged == false)
  object.spec.containers.exists(c, c.securityContext.privileged)
  object.spec.containers.exists(c, c.resources.limits.memory == '1Gi')
  object.spec.containers.all(c, has(c.image))
  object.spec.containers.all(c, has(c.resources.limits) || true)
  object.spec.containers.filter(c, has(c.image)).map(c, c.name).join(', ') == 'app, sidecar'
  object.spec.containers.filter(c, has(c.securityContext) && has(c.securityContext.capabilities) && has(c.securityContext.capabilities.add)).map(c, c.name + ': ' + c.securityContext.capabilities.add.join(',')) == ['odd: NET_ADMIN,SYS_TIME']
`);

export const TEXTS = lines(`
  object.spec.text.startsWith('registry.') && object.spec.text.endsWith(':1') && object.spec.text.contains('/')
  object.spec.text.startsWith('')
  object.spec.int.startsWith('7')
  object.spec.text.startsWith(object.spec.int)
  object.spec.text.matches('^[a-z.]+/[a-z]+:[0-9]$')
  object.spec.text.matches('app')
  matches(object.spec.text, 'app$')
  object.spec.text.matches(object.spec.empty)
  'ABC'.matches('(?i)abc')
  'a\\nb'.matches('^b$')
  'a\\nb'.matches('(?m)^b$')
  'a\\nb'.matches('a.b')
  'a\\nb'.matches('(?s)a.b')
  'x'.matches(dyn('('))
  'x'.matches(dyn('(?=x)'))
  'x'.matches(dyn('(x)\\\\1'))
  'x'.matches(dyn('x{1001}'))
  '특권'.matches('^..$')
  '특권'.matches('^\\\\p{Hangul}+$')
  'a1b22'.find('[0-9]+') == '1'
  'abc'.find('[0-9]+') == ''
  'a1b22'.findAll('[0-9]+') == ['1', '22']
  'a1b22'.findAll('[0-9]+', 1) == ['1']
  'a1b22'.findAll('[0-9]+', 0) == []
  'a1b22'.findAll('x') == []
  'aaa'.findAll('a*') == ['aaa']
  'abc'.findAll('x*').size() == 4
  'baaac'.findAll('a*').size() == 3
  'a,b,c'.split(',') == ['a', 'b', 'c']
  ''.split(',') == ['']
  'abc'.split('') == ['a', 'b', 'c']
  ''.split('') == []
  'a,b,c'.split(',', 2) == ['a', 'b,c']
  'a,b,c'.split(',', 0) == []
  'a,b,c'.split(',', -1) == ['a', 'b', 'c']
  'a,b,c'.split(',', 1) == ['a,b,c']
  ['a', 'b'].join('-') == 'a-b'
  ['a', 'b'].join() == 'ab'
  object.spec.none.join(',') == ''
  object.spec.list.join(',') == '3,1,2'
  object.spec.texts.join('') == 'bac'
  'ABCé'.lowerAscii() == 'abcé'
  'abcÉ'.upperAscii() == 'ABCÉ'
  '  a b '.trim() == 'a b'
  '\\u00a0a\\u200b'.trim() == 'a\\u200b'
  'aaa'.replace('a', 'b') == 'bbb'
  'aaa'.replace('a', 'b', 2) == 'bba'
  'aaa'.replace('a', 'b', 0) == 'aaa'
  'aaa'.replace('a', 'b', -1) == 'bbb'
  'ab'.replace('', '-') == '-a-b-'
  'ab'.replace('', '-', 2) == '-a-b'
  'aXa'.replace('X', '$&') == 'a$&a'
  'hello'.substring(1) == 'ello'
  'hello'.substring(1, 3) == 'el'
  'hello'.substring(5) == ''
  'hello'.substring(6) == ''
  'hello'.substring(-1) == ''
  'hello'.substring(3, 1) == ''
  '특권 컨테이너'.substring(3) == '컨테이너'
  '💖a💖'.indexOf('a') == 1
  '💖a💖'.substring(1, 2) == 'a'
  'hello'.indexOf('l') == 2
  'hello'.indexOf('z') == -1
  'hello'.indexOf('') == 0
  'hello'.indexOf('l', 3) == 3
  'hello'.indexOf('l', 30) == -1
  'hello'.indexOf('', 30) == 30
  'hello'.indexOf('l', -1) == 2
  'hello'.indexOf('', -1) == -1
  'hello'.lastIndexOf('l') == 3
  'hello'.lastIndexOf('') == 5
  'hello'.lastIndexOf('l', 2) == 2
  'hello'.lastIndexOf('l', 30) == -1
  'hello'.lastIndexOf('lo', 4) == 3
  'hello'.lastIndexOf('hello', 4) == 0
  'hello'.lastIndexOf('hello!', 4) == -1
  'hello'.lastIndexOf('l', -1) == 2
  'hello'.charAt(1) == 'e'
  'hello'.charAt(5) == ''
  'hello'.charAt(6) == ''
  '특권'.charAt(1) == '권'
  'a' < 'b' && 'a' < 'aa' && 'Z' < 'a'
  '\\uffee' < '💖'
  object.spec.texts.isSorted()
  [1, 2, 2].isSorted()
  object.spec.list.isSorted()
  object.spec.none.isSorted()
  dyn([dyn(1), dyn('a')]).isSorted()
  dyn([dyn(2), dyn('a'), dyn(1)]).isSorted()
  dyn([dyn([1]), dyn([2])]).isSorted()
  dyn([dyn(null), dyn(1)]).isSorted()
  dyn([dyn(true), dyn(false)]).isSorted()
  dyn([dyn(1), dyn('a')]).max() == 1
  dyn([dyn('a'), dyn(1)]).max() == 'a'
  dyn([dyn(1), dyn('a')]).min() == 1
  dyn([dyn([1])]).max() == [1]
  dyn([dyn(1), dyn([2])]).max() == 1
  dyn([dyn(1), dyn('a')]).sum() == 1
  dyn(['a', 'b']).sum() == 'ab'
  dyn([dyn(1), dyn(1.5)]).sum() == 2.5
  dyn([]).sum() == 0
  dyn([dyn(duration('1s')), dyn(duration('2s'))]).sum() == duration('3s')
  dyn([dyn(true)]).sum() == true
  dyn([[1]]).sum() == [1]
  object.spec.list.sum() == 6
  [1.5, 2.5].sum() == 4.0
  object.spec.list.min() == 1
  object.spec.list.max() == 3
  object.spec.texts.max() == 'c'
  object.spec.none.max() == 1
  object.spec.list.indexOf(1) == 1
  object.spec.list.indexOf(9) == -1
  [1, 2, 1].lastIndexOf(1) == 2
  object.spec.texts.indexOf('c') == 2
  object.spec.mixed.indexOf('a') == 1
  object.spec.mixed.indexOf(1.0) == 0
`);

export const QUANTITIES = lines(`
  isQuantity('1')
  isQuantity('1Gi')
  isQuantity('1.5Gi')
  isQuantity('500m')
  isQuantity('1e3')
  isQuantity('1E3')
  isQuantity('1E')
  isQuantity('1Ei')
  isQuantity('-1')
  isQuantity('+1')
  isQuantity('.5')
  isQuantity('5.')
  isQuantity('.')
  isQuantity('')
  isQuantity('Gi')
  isQuantity('1 Gi')
  isQuantity('1gi')
  isQuantity('1K')
  isQuantity('1ki')
  isQuantity('1MiB')
  isQuantity('1e')
  isQuantity('1e+3')
  isQuantity('1e-3')
  isQuantity('1.2.3')
  isQuantity('--1')
  isQuantity('1u') && isQuantity('1n') && isQuantity('1k') && isQuantity('1P') && isQuantity('1T')
  isQuantity('1e3Gi')
  isQuantity('+')
  isQuantity('-')
  isQuantity('+.')
  isQuantity('m')
  isQuantity('e3')
  isQuantity('E')
  isQuantity('-Gi')
  isQuantity('1..')
  isQuantity('e')
  isQuantity('1e2e')
  isQuantity('1E2m')
  isQuantity('1e+')
  quantity('Gi') == quantity('0')
  quantity('1') == dyn('1')
  dyn('1') == quantity('1')
  quantity('1') == dyn(null)
  quantity('1') == dyn(ip('10.0.0.1'))
  quantity('1') != dyn('1')
  quantity('1') in [dyn('1'), dyn(quantity('1'))]
  quantity('1') in [dyn('1'), dyn('2')]
  dyn([dyn('1')]) == dyn([quantity('1')])
  dyn([quantity('1')]) == dyn([1, 2])
  dyn([dyn('1'), dyn(quantity('1'))]).indexOf(quantity('1')) == 1
  isQuantity('0x1')
  isQuantity('1,5')
  isQuantity(object.spec.int)
  quantity(object.spec.int) == quantity('7')
  quantity('1Gi') == quantity('1024Mi')
  quantity('1Gi') == quantity('1073741824')
  quantity('1G') == quantity('1000M')
  quantity('1k') == quantity('1e3')
  quantity('1') == quantity('1000m')
  quantity('1') == quantity('1.000')
  quantity('0.1') == quantity('100m')
  quantity('1n') == quantity('0.5n')
  quantity('0.1n') == quantity('1n')
  quantity('-0.1n') == quantity('-1n')
  quantity('1') == dyn(1)
  quantity('16Ei') == quantity('9223372036854775807')
  quantity('16Ei') == quantity('32Ei')
  quantity('10E') == quantity('9223372036854775807')
  quantity('100E') == quantity('10E')
  quantity('1Gi').isGreaterThan(quantity('1G'))
  quantity('500m').isLessThan(quantity('1'))
  quantity('1').isLessThan(quantity('1'))
  quantity('1').compareTo(quantity('2')) == -1
  quantity('2').compareTo(quantity('1')) == 1
  quantity('1').compareTo(quantity('1000m')) == 0
  quantity('1').add(quantity('500m')) == quantity('1.5')
  quantity('1').add(2) == quantity('3')
  quantity('1').sub(quantity('2')) == quantity('-1')
  quantity('1').sub(2) == quantity('-1')
  quantity('1Gi').add(quantity('1Mi')) == quantity('1025Mi')
  quantity('1Gi').isInteger()
  quantity('1').isInteger()
  quantity('1.0').isInteger()
  quantity('1.5Gi').isInteger()
  quantity('1.5').isInteger()
  quantity('1k').isInteger()
  quantity('1e3').isInteger()
  quantity('1000m').isInteger()
  quantity('1P').isInteger()
  quantity('1Pi').isInteger()
  quantity('1Ei').isInteger()
  quantity('1E').isInteger()
  quantity('10E').isInteger()
  quantity('999999999999999999').isInteger()
  quantity('9223372036854775807').isInteger()
  quantity('00000000000000000001').isInteger()
  quantity('1Gi').asInteger() == 1073741824
  quantity('1k').asInteger() == 1000
  quantity('1.5').asInteger() == 1
  quantity('1000m').asInteger() == 1
  quantity('1').add(quantity('1000m')).isInteger()
  quantity('1').add(quantity('1')).asInteger() == 2
  quantity('1.5').add(quantity('0.5')).isInteger()
  quantity('1.5').add(quantity('0.5')) == quantity('2')
  quantity('1Pi').add(quantity('1')).isInteger()
  quantity('1500m').asApproximateFloat() == 1.5
  quantity('1Ki').asApproximateFloat() == 1024.0
  quantity('0.1').asApproximateFloat() == 0.1
  quantity('1.5Gi').asApproximateFloat() == 1610612736.0
  quantity('x') == quantity('0')
  quantity('') == quantity('0')
  quantity('1') < quantity('2')
  quantity('1') + quantity('2') == quantity('3')
  quantity('1').isGreaterThan(1)
  quantity(object.spec.containers[1].resources.limits.memory).isGreaterThan(quantity('512Mi'))
  quantity(object.spec.containers[1].resources.limits.cpu).isLessThan(quantity('1'))
`);

export const NETWORKS = lines(`
  isIP('10.0.0.1')
  isIP('::1')
  isIP('2001:db8::1')
  isIP('010.0.0.1')
  isIP('10.0.0.256')
  isIP('10.0.0')
  isIP('10.0.0.1.1')
  isIP('::ffff:10.0.0.1')
  isIP('::ffff:a00:1')
  isIP('::10.0.0.1')
  isIP('64:ff9b::192.0.2.33')
  isIP('fe80::1%eth0')
  isIP('1:2:3:4:5:6:7:8')
  isIP('1:2:3:4:5:6:7')
  isIP('1:2:3:4:5:6:7::')
  isIP('::2:3:4:5:6:7:8')
  isIP('1::2::3')
  isIP(':::')
  isIP(':1')
  isIP('1:')
  isIP('::')
  isIP('12345::')
  isIP('g::1')
  isIP('')
  isIP(' 10.0.0.1')
  isIP('10.0.0.1/8')
  isIP('1:2:3:4:5:6:10.0.0.1')
  isIP('1:2:3:4:5:6:7:10.0.0.1')
  isIP('1:2:3:4:5:10.0.0.1')
  isIP('::1.2.3')
  isIP(object.spec.int)
  ip('10.0.0.1') == ip('10.0.0.1')
  ip('::1') == ip('0:0:0:0:0:0:0:1')
  ip('10.0.0.1') == ip('10.0.0.2')
  ip('10.0.0.1') == dyn('10.0.0.1')
  ip('10.0.0.1') != dyn('10.0.0.1')
  dyn(1) == dyn(ip('10.0.0.1'))
  cidr('10.0.0.0/8') == dyn('x')
  ip('x') == ip('y')
  string(ip('2001:DB8:0:0:0:0:0:1')) == '2001:db8::1'
  string(ip('1:0:0:2:0:0:0:3')) == '1:0:0:2::3'
  string(ip('1:0:0:2:3:0:0:4')) == '1::2:3:0:0:4'
  string(ip('1:0:2:3:4:5:6:7')) == '1:0:2:3:4:5:6:7'
  string(ip('0:0:0:0:0:0:0:0')) == '::'
  string(ip('::10.0.0.1')) == '::a00:1'
  string(ip('10.0.0.1')) == '10.0.0.1'
  ip('10.0.0.1').family() == 4
  ip('::1').family() == 6
  ip('127.0.0.1').isLoopback() && ip('127.255.0.1').isLoopback() && ip('::1').isLoopback()
  ip('128.0.0.1').isLoopback()
  ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified()
  ip('169.254.1.1').isLinkLocalUnicast() && ip('fe80::1').isLinkLocalUnicast()
  ip('fec0::1').isLinkLocalUnicast()
  ip('224.0.0.1').isLinkLocalMulticast() && ip('ff02::1').isLinkLocalMulticast()
  ip('224.0.1.1').isLinkLocalMulticast()
  ip('ff12::1').isLinkLocalMulticast()
  ip('ff05::1').isLinkLocalMulticast()
  ip('10.0.0.1').isGlobalUnicast() && ip('8.8.8.8').isGlobalUnicast() && ip('2001:db8::1').isGlobalUnicast()
  ip('255.255.255.255').isGlobalUnicast()
  ip('224.0.0.1').isGlobalUnicast()
  ip('169.254.1.1').isGlobalUnicast()
  ip('::').isGlobalUnicast()
  ip('ff02::1').isGlobalUnicast()
  ip.isCanonical('10.0.0.1')
  ip.isCanonical('2001:db8::1')
  ip.isCanonical('2001:DB8::1')
  ip.isCanonical('0:0::1')
  ip.isCanonical('x')
  isCIDR('10.0.0.0/8')
  isCIDR('10.0.0.1/8')
  isCIDR('::/0')
  isCIDR('2001:db8::/32')
  isCIDR('10.0.0.0/33')
  isCIDR('10.0.0.0/08')
  isCIDR('10.0.0.0/+8')
  isCIDR('10.0.0.0/-1')
  isCIDR('10.0.0.0/')
  isCIDR('10.0.0.0')
  isCIDR('::/129')
  isCIDR('::ffff:10.0.0.0/104')
  isCIDR('fe80::%eth0/64')
  isCIDR('10.0.0.0/8/8')
  isCIDR('x/8')
  isCIDR('')
  cidr('10.0.0.0/8').containsIP('10.1.2.3')
  cidr('10.0.0.0/8').containsIP(ip('10.1.2.3'))
  cidr('10.0.0.0/8').containsIP('11.1.2.3')
  cidr('10.0.0.0/8').containsIP('::1')
  cidr('10.0.0.0/8').containsIP('x')
  cidr('10.0.0.0/8').containsIP(object.spec.int)
  cidr('::/0').containsIP('2001:db8::1')
  cidr('::/0').containsIP('10.0.0.1')
  cidr('0.0.0.0/0').containsIP('10.0.0.1')
  cidr('10.0.0.1/32').containsIP('10.0.0.1')
  cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')
  cidr('10.0.0.0/8').containsCIDR(cidr('10.0.0.0/8'))
  cidr('10.0.0.0/8').containsCIDR('10.0.0.0/7')
  cidr('10.0.0.0/8').containsCIDR('11.0.0.0/16')
  cidr('10.0.0.0/8').containsCIDR('::/16')
  cidr('10.0.0.0/8').containsCIDR('x')
  cidr('10.1.2.3/8').containsCIDR('10.9.0.0/16')
  cidr('10.1.2.3/8').ip() == ip('10.1.2.3')
  cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')
  cidr('10.1.2.3/8') == cidr('10.0.0.0/8')
  cidr('10.0.0.0/8').prefixLength() == 8
  string(cidr('10.1.2.3/8')) == '10.1.2.3/8'
  string(cidr('2001:DB8::/32').masked()) == '2001:db8::/32'
  cidr('x').prefixLength() == 8
`);

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
