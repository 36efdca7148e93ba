import type { DeclarationSummary, Text } from '../api/types.js';
import type { Look, Tone } from './states.js';

export type Stage = DeclarationSummary['stage'];

export interface StageLook extends Look {
  help: Text;
}

const look = (tone: Tone, text: [string, string], help: [string, string]): StageLook => ({
  tone,
  text: { zh: text[0], en: text[1] },
  help: { zh: help[0], en: help[1] },
});

/** How each stage reads and looks, the same in cards, lists and on the declaration itself. */
export const stageLooks: Record<Stage, StageLook> = {
  refused: look(
    'bad',
    ['退单', 'Refused'],
    ['海关退回或处理失败，更正后重新申报', 'Returned or failed in processing: correct and declare again'],
  ),
  detained: look('bad', ['扣留', 'Detained'], ['海关扣留，请联系主管海关', 'Detained: speak with customs']),
  'port-refused': look(
    'bad',
    ['口岸拒收', 'Refused by the port'],
    ['报文没有进入海关，核对后重新发送', 'The message did not reach customs: check it and send again'],
  ),
  unknown: look(
    'odd',
    ['结果未知', 'Outcome unknown'],
    [
      '已发出但没收到口岸应答，网关会用原报文再次核对',
      'Sent, but the answer was lost; the gateway asks again with the same bytes',
    ],
  ),
  draft: look(
    'wait',
    ['待补填', 'Draft to complete'],
    [
      '报关单或检验检疫申请还缺内容，补填后发送',
      'The goods declaration or inspection application lacks something; it goes once completed',
    ],
  ),
  party: look(
    'wait',
    ['待责任主体', 'Awaiting party'],
    ['有单证要由其责任主体签发', 'A document must be signed by its own party'],
  ),
  preparing: look(
    'idle',
    ['待发送', 'To be sent'],
    ['正在签名、排队，或在等前一单证的回执', 'Being signed, queued, or waiting for the document before it'],
  ),
  declaring: look(
    'busy',
    ['申报中', 'Declared'],
    ['已送达口岸，等待回执', 'Delivered, waiting for the receipt'],
  ),
  accepted: look('busy', ['海关入库', 'Taken in'], ['海关已接收，等待放行', 'Taken in, waiting for release']),
  checked: look(
    'look',
    ['查验审核', 'Under review'],
    ['海关正在审核或查验', 'Customs is reviewing or inspecting'],
  ),
  released: look(
    'good',
    ['放行', 'Released'],
    ['海关已放行，计入当月统计', 'Released by customs and counted in its month'],
  ),
  cleared: look(
    'done',
    ['结关', 'Cleared'],
    ['货物已离境，申报已结关', 'Goods have left, the declaration is closed'],
  ),
  withdrawn: look(
    'idle',
    ['已撤单', 'Withdrawn'],
    ['海关同意撤销，不再计入统计', 'Withdrawn with the consent of customs; no longer counted'],
  ),
};

/** Stages that need a person, the most urgent first; the server counts the same ones as `attention`. */
export const todoStages: readonly Stage[] = [
  'refused',
  'detained',
  'port-refused',
  'unknown',
  'draft',
  'party',
];
export const flowStages: readonly Stage[] = [
  'preparing',
  'declaring',
  'accepted',
  'checked',
  'released',
  'cleared',
  'withdrawn',
];

/** Nothing more is expected to happen: how long ago does not matter any more. */
export const isFinished = (stage: Stage): boolean =>
  stage === 'released' || stage === 'cleared' || stage === 'withdrawn';
