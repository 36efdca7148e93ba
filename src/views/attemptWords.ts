import type { Text } from '../terms/text.js';

/** Why an attempt to reach the port failed, by what the system calls it. */
const WORDS: readonly (readonly [code: RegExp, text: Text])[] = [
  [
    /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$|socket hang up/,
    { zh: '连接中断', en: 'the connection was cut' },
  ],
  [/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$|timeout/, { zh: '等待答复超时', en: 'no answer in time' }],
  [/^ECONNREFUSED$/, { zh: '对端没有接受连接', en: 'the connection was not accepted' }],
  [/^(ENOTFOUND|EAI_AGAIN)$/, { zh: '找不到对端主机', en: 'the host was not found' }],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, { zh: '网络不通', en: 'the network does not reach it' }],
  [/^(EACCES|EPERM|EROFS)$/, { zh: '没有写入权限', en: 'writing is not permitted' }],
  [/^(ENOSPC|EDQUOT)$/, { zh: '磁盘空间不足', en: 'the disk is full' }],
  [/^ENOENT$/, { zh: '交换目录不存在', en: 'the exchange folder is missing' }],
  [
    /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/,
    { zh: '对端证书无法验证', en: 'its certificate could not be verified' },
  ],
  [/^EPAUSED$/, { zh: '连接失败后正在等待重试', en: 'waiting before the next attempt to connect' }],
  [/^NO_ROUTE$/, { zh: '消息代理没有可投递的队列', en: 'the broker has no queue for it' }],
  [
    /^AMQP 40[345]$/,
    {
      zh: '消息代理拒绝访问，或交换机、队列不存在',
      en: 'the broker refuses, or exchange or queue do not exist',
    },
  ],
  [/^the broker takes nothing now$/, { zh: '消息代理暂停接收', en: 'the broker takes nothing now' }],
  [/^EMSGSIZE$/, { zh: '对端的答复过大', en: 'its answer is too large' }],
  [/^EPROXY$/, { zh: '代理没有接通对端', en: 'the proxy did not connect' }],
  [
    /unexpected answer$/,
    {
      zh: '对端的答复不符合接口约定（例如登录页面）',
      en: 'its answer is none of this interface (a login page, for example)',
    },
  ],
  [/^aborted$/, { zh: '网关停止时中断', en: 'ended as the gateway stopped' }],
  [/^E[A-Z_]{2,}$/, { zh: '连接失败', en: 'the connection failed' }],
];

/** In words; undefined for what the port itself said. */
export const attemptWords = (detail: string | null): Text | undefined =>
  detail === null ? undefined : WORDS.find(([code]) => code.test(detail))?.[1];

/** The same as one text in both languages; what is not known stays as it was said. */
export function inWords(detail: string): string {
  const words = attemptWords(detail);
  return words ? `${words.zh} / ${words.en}` : detail;
}
