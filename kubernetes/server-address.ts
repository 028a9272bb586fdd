/** `https://host:port[/prefix]` as a URL; undefined for all else: other protocols, a user or password in it, a query. */
export function serverAddress(server: string): URL | undefined {
  if (server.length > 2048 || !URL.canParse(server)) return undefined;
  const address = new URL(server);
  const { protocol, username, password, search, hash } = address;
  return protocol === 'https:' && `${username}${password}${search}${hash}` === '' ? address : undefined;
}

/** An address for messages: bounded, without the user that may stand in it. */
export function addressForPeople(server: string): string {
  return JSON.stringify(server.slice(0, 300).replace(/\/\/[^/]*@/, '//[secret]@'));
}
