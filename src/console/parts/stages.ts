import { flowStages, stageTexts, todoStages, type Stage } from '../../terms/stage.js';
import type { Text } from '../api/types.js';
import type { Look, Tone } from './states.js';

export { flowStages, todoStages, type Stage };

export interface StageLook extends Look {
  help: Text;
}

const look = (stage: Stage, tone: Tone, zh: string, en: string): StageLook => ({
  tone,
  text: stageTexts[stage],
  help: { zh, en },
});

/** How each stage reads and looks, the same in cards, lists and on the declaration itself. */
export const stageLooks: Record<Stage, StageLook> = {
  refused: look(
    'refused',
    'bad',
    '海关退回或处理失败，更正后重新申报',
    'Returned or failed in processing: correct and declare again',
  ),
  detained: look('detained', 'bad', '海关扣留，请联系主管海关', 'Detained: speak with customs'),
  'port-refused': look(
    'port-refused',
    'bad',
    '报文没有进入海关，核对后重新发送',
    'The message did not reach customs: check it and send again',
  ),
  unknown: look(
    'unknown',
    'odd',
    '已发出但没收到口岸应答，网关会用原报文再次核对',
    'Sent, but the answer was lost; the gateway asks again with the same bytes',
  ),
  draft: look(
    'draft',
    'wait',
    '报关单或检验检疫申请还缺内容，补填后发送',
    'The goods declaration or inspection application lacks something; it goes once completed',
  ),
  party: look('party', 'wait', '有单证要由其责任主体签发', 'A document must be signed by its own party'),
  preparing: look(
    'preparing',
    'idle',
    '正在签名、排队，或在等前一单证的回执',
    'Being signed, queued, or waiting for the document before it',
  ),
  declaring: look('declaring', 'busy', '已送达口岸，等待回执', 'Delivered, waiting for the receipt'),
  accepted: look('accepted', 'busy', '海关已接收，等待放行', 'Taken in, waiting for release'),
  checked: look('checked', 'look', '海关正在审核或查验', 'Customs is reviewing or inspecting'),
  released: look(
    'released',
    'good',
    '海关已放行，结关后计入统计',
    'Released by customs; it counts once cleared',
  ),
  cleared: look(
    'cleared',
    'done',
    '海关手续已办结，申报无需再处理',
    'Customs has finished with it; nothing is left to do',
  ),
  withdrawn: look(
    'withdrawn',
    'idle',
    '海关同意撤销，不再计入统计',
    'Withdrawn with the consent of customs; no longer counted',
  ),
};

/** Nothing more is expected to happen: how long ago does not matter any more. */
export const isFinished = (stage: Stage): boolean =>
  stage === 'released' || stage === 'cleared' || stage === 'withdrawn';
