/** What has to be finished before the window may go. */
const unfinished = new Set<() => Promise<unknown> | undefined>();

/** Has something finished before the window closes; returns how to take that back. */
export function beforeClosing(finish: () => Promise<unknown> | undefined): () => void {
  unfinished.add(finish);
  return () => void unfinished.delete(finish);
}

/** Takes what is still being typed into its field, and waits until everything is stored. */
export async function finish(): Promise<void> {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  await Promise.allSettled([...unfinished].map((one) => one()));
}
