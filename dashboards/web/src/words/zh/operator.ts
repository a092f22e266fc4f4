// 运营方页面。
import type { Told } from "../told";
import type { operator as en } from "../en/operator";

export const operator: Told<typeof en> = {};
