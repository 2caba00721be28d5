import { expect, it } from 'vitest'
import { matchPath } from './router'

it.each([
  ['/app/', '/app/', {}],
  ['/app/', '/app', {}],
  ['/app/dossiers/:code', '/app/dossiers/H26.11-261121-0001', { code: 'H26.11-261121-0001' }],
  ['/app/dossiers/:code/pay', '/app/dossiers/x%20y/pay', { code: 'x y' }],
])('%s takes %s', (pattern, path, params) => expect(matchPath(pattern, path)).toEqual(params))

it.each([
  ['/app/dossiers/:code', '/app/dossiers'],
  ['/app/dossiers', '/app/dossiers/1'],
  ['/app/wallet', '/app/desk'],
  ['/app/wallet/:id', '/app/wallet/%zz'],
])('%s refuses %s', (pattern, path) => expect(matchPath(pattern, path)).toBeUndefined())
