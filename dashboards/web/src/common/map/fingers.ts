// What fingers, a mouse and keys mean to the map: moved, zoomed, chosen. Two fingers zoom where they are.
import { moved, zoomed, type Look, type Size } from "./camera";

export type Hands = {
  look: () => Look;
  size: () => Size;
  go: (look: Look) => void;
  choose: (x: number, y: number) => void;
  /** The wheel moves the page, and zooms with Ctrl or Cmd. */
  within?: () => boolean;
};

const A_TAP_PX = 6;

/** Listens until the function it returns is called. */
export function listen(on: HTMLElement, hands: Hands): () => void {
  const down = new Map<number, [number, number]>();
  let dragged = false;

  const place = (e: PointerEvent | WheelEvent): [number, number] => {
    const box = on.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  };
  const spread = () => {
    const [a, b] = [...down.values()] as [[number, number], [number, number]];
    return { far: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 };
  };
  const press = (e: PointerEvent) => {
    if (e.button !== 0) return;
    on.setPointerCapture(e.pointerId);
    if (down.size === 0) dragged = false;
    down.set(e.pointerId, place(e));
    if (down.size > 1) dragged = true;
  };
  const drag = (e: PointerEvent) => {
    const from = down.get(e.pointerId);
    if (!from) return;
    const to = place(e);
    if (!dragged && Math.hypot(to[0] - from[0], to[1] - from[1]) < A_TAP_PX) return;
    dragged = true;
    if (down.size === 2) {
      const before = spread();
      down.set(e.pointerId, to);
      const after = spread();
      const look = moved(hands.look(), hands.size(), after.x - before.x, after.y - before.y);
      hands.go(zoomed(look, hands.size(), Math.log2(after.far / Math.max(1, before.far)), after.x, after.y));
    } else {
      down.set(e.pointerId, to);
      if (down.size === 1) hands.go(moved(hands.look(), hands.size(), to[0] - from[0], to[1] - from[1]));
    }
  };
  const lift = (e: PointerEvent) => {
    const was = down.get(e.pointerId);
    down.delete(e.pointerId);
    if (was && !dragged && e.type === "pointerup") hands.choose(...was);
  };
  const wheel = (e: WheelEvent) => {
    if (hands.within?.() && !e.ctrlKey && !e.metaKey) return;
    e.preventDefault();
    hands.go(zoomed(hands.look(), hands.size(), -e.deltaY / (e.deltaMode ? 12 : 300), ...place(e)));
  };
  const key = (e: KeyboardEvent) => {
    const { width, height } = hands.size();
    const step = e.shiftKey ? 160 : 40;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [step, 0],
      ArrowRight: [-step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    };
    const move = moves[e.key];
    if (move) hands.go(moved(hands.look(), hands.size(), ...move));
    else if (e.key === "+" || e.key === "=") hands.go(zoomed(hands.look(), hands.size(), 1, width / 2, height / 2));
    else if (e.key === "-") hands.go(zoomed(hands.look(), hands.size(), -1, width / 2, height / 2));
    else if (e.key === "Enter" || e.key === " ") hands.choose(width / 2, height / 2);
    else return;
    e.preventDefault();
  };
  const all: [string, (e: never) => void][] = [
    ["pointerdown", press],
    ["pointermove", drag],
    ["pointerup", lift],
    ["pointercancel", lift],
    ["wheel", wheel],
    ["keydown", key],
  ];
  for (const [name, does] of all) on.addEventListener(name, does as EventListener, { passive: false });
  return () => all.forEach(([name, does]) => on.removeEventListener(name, does as EventListener));
}
