// The token that a letter's link holds, and the address without it. Pure.

export function taken(search: string): { token: string | null; rest: string } {
  const query = new URLSearchParams(search);
  const token = query.get("token");
  if (token === null) return { token, rest: search };
  query.delete("token");
  return { token, rest: query.size > 0 ? `?${query}` : "" };
}
