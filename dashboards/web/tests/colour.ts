// Colour science for the palette's test: CIEDE2000, and how three kinds of colour-blind people see (Machado 2009, all
// of the deficiency).

type Triple = [number, number, number];

const SEEN: Record<string, Triple[]> = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

export const EYES = Object.keys(SEEN);

function linear(hex: string): Triple {
  const at = (n: number) => {
    const c = parseInt(hex.slice(1 + 2 * n, 3 + 2 * n), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [at(0), at(1), at(2)];
}

const dot = (row: Triple, v: Triple) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2];

function lab(hex: string, eyes: string): Triple {
  const rows = SEEN[eyes] as [Triple, Triple, Triple];
  const v = linear(hex);
  const seen = rows.map((row) => Math.min(1, Math.max(0, dot(row, v)))) as Triple;
  const xyz: Triple = [
    dot([0.4124564, 0.3575761, 0.1804375], seen) / 0.95047,
    dot([0.2126729, 0.7151522, 0.072175], seen),
    dot([0.0193339, 0.119192, 0.9503041], seen) / 1.08883,
  ];
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116);
  const [x, y, z] = xyz.map(f) as Triple;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const deg = (r: number) => ((r * 180) / Math.PI + 360) % 360;
const cos = (d: number) => Math.cos((d * Math.PI) / 180);
const sin = (d: number) => Math.sin((d * Math.PI) / 180);

/** CIEDE2000 of two colours, in Lab. */
export function ciede2000([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const meanC = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const [h1, h2] = [c1 ? deg(Math.atan2(b1, p1)) : 0, c2 ? deg(Math.atan2(b2, p2)) : 0];
  let dh = h2 - h1;
  if (c1 * c2 === 0) dh = 0;
  else if (dh > 180) dh -= 360;
  else if (dh < -180) dh += 360;
  const dH = 2 * Math.sqrt(c1 * c2) * sin(dh / 2);
  let mean = h1 + h2;
  if (c1 * c2 !== 0) mean = Math.abs(h1 - h2) <= 180 ? mean / 2 : mean < 360 ? (mean + 360) / 2 : (mean - 360) / 2;
  const [lm, cm] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t = 1 - 0.17 * cos(mean - 30) + 0.24 * cos(2 * mean) + 0.32 * cos(3 * mean + 6) - 0.2 * cos(4 * mean - 63);
  const turn = 30 * Math.exp(-(((mean - 275) / 25) ** 2));
  const rc = 2 * Math.sqrt(cm ** 7 / (cm ** 7 + 25 ** 7));
  const sl = 1 + (0.015 * (lm - 50) ** 2) / Math.sqrt(20 + (lm - 50) ** 2);
  const sc = 1 + 0.045 * cm;
  const sh = 1 + 0.015 * cm * t;
  const [dl, dc, dhs] = [(l2 - l1) / sl, (c2 - c1) / sc, dH / sh];
  return Math.sqrt(dl ** 2 + dc ** 2 + dhs ** 2 - sin(2 * turn) * rc * dc * dhs);
}

/** How far apart two colours are to these eyes. */
export const apart = (a: string, b: string, eyes: string): number => ciede2000(lab(a, eyes), lab(b, eyes));

/** Contrast by WCAG 2. */
export function contrast(a: string, b: string): number {
  const light = (hex: string) => dot([0.2126, 0.7152, 0.0722], linear(hex));
  const [x, y] = [light(a), light(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
