// 数据合作方页面。
import type { Told } from "../told";
import type { partner as en } from "../en/partner";

export const partner: Told<typeof en> = {};
