// Colours by meaning, for the map and for lists. A test holds every two apart for the colour-blind, and every text
// readable. What is not known is hatched, what is closed has a bar, what is reserved has a ring: never by hue alone.
import type { Meaning } from "./zone";

export type Tint = { fill: string; ink: string };
export type Palette = Record<Meaning, Tint> & {
  reserved: string;
  hatch: string;
  paper: string;
  card: string;
  ink: string;
  soft: string;
  accent: string;
  sea: string;
  land: string;
  line: string;
  /** Streets, and what they are edged with. */
  road: string;
  kerb: string;
};

export const LIGHT: Palette = {
  room: { fill: "#1f6fb2", ink: "#ffffff" },
  filling: { fill: "#d9a441", ink: "#1d1503" },
  full: { fill: "#b5442e", ink: "#ffffff" },
  unknown: { fill: "#e3e6e8", ink: "#2f363b" },
  closed: { fill: "#2c3238", ink: "#ffffff" },
  reserved: "#4c007e",
  hatch: "#8d969d",
  paper: "#f6f7f8",
  card: "#ffffff",
  ink: "#14191d",
  soft: "#55606a",
  accent: "#155a94",
  sea: "#dce8ef",
  land: "#f4f2ec",
  line: "#c9ccc9",
  road: "#ffffff",
  kerb: "#d9d5ca",
};

export const DARK: Palette = {
  room: { fill: "#5aa9e6", ink: "#06121c" },
  filling: { fill: "#e3b557", ink: "#1d1503" },
  full: { fill: "#b5442e", ink: "#ffffff" },
  unknown: { fill: "#3a4249", ink: "#e8edf1" },
  closed: { fill: "#07090b", ink: "#dfe5ea" },
  reserved: "#5e3ffc",
  hatch: "#7b868f",
  paper: "#14181c",
  card: "#1d2328",
  ink: "#eef2f5",
  soft: "#a9b4bd",
  accent: "#7cbcf0",
  sea: "#10202c",
  land: "#22282d",
  line: "#3b444c",
  road: "#323a41",
  kerb: "#151a1e",
};
