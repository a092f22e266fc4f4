// 简体中文，用停车行业的说法。
import { authority } from "./zh/authority";
import { business } from "./zh/business";
import { common } from "./zh/common";
import { driver } from "./zh/driver";
import { operator } from "./zh/operator";
import { partner } from "./zh/partner";
import { problem } from "./zh/problem";

export const zh = { ...authority, ...business, ...common, ...driver, ...operator, ...partner, ...problem };
