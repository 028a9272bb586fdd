import { lines } from './subject';

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
