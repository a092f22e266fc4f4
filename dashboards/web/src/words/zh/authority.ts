// 交通管理部门页面。
import type { Told } from "../told";
import type { authority as en } from "../en/authority";

export const authority: Told<typeof en> = {};
