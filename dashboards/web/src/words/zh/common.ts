// 各页面共用的文字。
import type { Told } from "../told";
import type { common as en } from "../en/common";

export const common: Told<typeof en> = {
  loading: "正在查找空余车位…",
  refused: "服务器拒绝：{why}",
  retry: "重试",
  offline: "无法连接服务器，所示为 {ago}前的数据。",
  offlineEmpty: "无法连接服务器，也没有保存过数据。",
  close: "关闭",
  keyTitle: "需要密钥",
  keyHelp: "此处需要带有“{scope}”权限的密钥。密钥只保存在本标签页，关闭后即清除。",
  keyHelpAny: "贵方任一密钥均可；带有“{scope}”权限的密钥可使用全部功能。密钥只保存在本标签页，关闭后即清除。",
  keyLabel: "密钥",
  keyUse: "使用此密钥",
  keyDemo: "使用演示密钥",
  keyWhose: "正在使用 {name} 的密钥",
  keyForget: "清除密钥",
  keyBad: "该密钥无效或已失效，请换一个。",
  keyNoScope: "此密钥没有“{scope}”权限。",
  secretCopy: "复制",
  secretCopied: "已复制",
  secretKept: "已妥善保存",
  otherLanguage: "English",
  skip: "跳到正文",
  about: "关于与接口",
  pages: "页面",
  pageDriver: "找车位",
  pageAuthority: "城市数据",
  pageBusiness: "我的车位",
  pagePartner: "我的数据",
  pageOperator: "本平台运行",
};
