import { lines } from './subject';

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
