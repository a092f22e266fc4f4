// The worker that follows the hub, begun before the page that it works for is there: what it tells until then is kept.
import type { BayKind } from "../zone";
import type { News, Wish } from "./messages";

export type Follower = {
  wish: (wish: Wish) => void;
  /** Hands on what was told so far, and whatever is told from now on. */
  hear: (take: (news: News) => void) => void;
};

let begun: Follower | null = null;

/** The page's one worker; the first to ask has it look for all zones. */
export function follow(kind: BayKind): Follower {
  if (begun) return begun;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const early: MessageEvent<News>[] = [];
  // Not unpacked before somebody wants it.
  worker.onmessage = (e) => early.push(e);
  const wish = (wish: Wish) => worker.postMessage(wish);
  wish({ type: "index", kind });
  begun = {
    wish,
    hear: (take) => {
      early.splice(0).forEach(({ data }) => take(data));
      worker.onmessage = ({ data }: MessageEvent<News>) => take(data);
    },
  };
  return begun;
}
