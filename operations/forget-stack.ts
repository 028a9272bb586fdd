/** Ends what this site keeps of a stack whose objects are gone: its state and its data key. */
export async function forgetStack(stateDirectory: string, keysDirectory: string, id: string): Promise<void> {
  const [{ endStack }, { openDataKeys }] = await Promise.all([
    import('../engine/state.js'),
    import('../engine/data-keys.js'),
  ]);
  endStack({ name: id, stateDirectory });
  await openDataKeys({ directory: keysDirectory }).end(id);
}
