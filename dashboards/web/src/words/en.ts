// All words in English: a file for each page, and one for what they share. Pages load them by file (`load.ts`); types and
// tests know them all.
import { authority } from "./en/authority";
import { business } from "./en/business";
import { common } from "./en/common";
import { driver } from "./en/driver";
import { operator } from "./en/operator";
import { partner } from "./en/partner";
import { problem } from "./en/problem";

export const en = { ...authority, ...business, ...common, ...driver, ...operator, ...partner, ...problem };
