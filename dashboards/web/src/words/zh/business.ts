// 共享车位商户页面。
import type { Told } from "../told";
import type { business as en } from "../en/business";

export const business: Told<typeof en> = {};
