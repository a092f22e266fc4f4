// The token that a letter's link holds: it does not stay in the address, whoever's key this tab has.

export function taken(search: string): { token: string | null; rest: string } {
  const query = new URLSearchParams(search);
  const token = query.get("token");
  if (token === null) return { token, rest: search };
  query.delete("token");
  return { token, rest: query.size > 0 ? `?${query}` : "" };
}

let kept: string | null = null;

/** Before anything else is loaded: an address is soon copied, or sent along. */
export function takeOut(): void {
  const { token, rest } = taken(location.search);
  if (token === null) return;
  kept = token;
  history.replaceState(null, "", location.pathname + rest);
}

export const ofLetter = (): string | null => kept;
