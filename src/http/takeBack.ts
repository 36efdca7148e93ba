import type { Access } from '../enterprises/access.js';
import type { Text } from '../terms/text.js';
import { idParams, notFound, route, type AnyRoute } from './route.js';
import { takeBackSchema } from './warehouses/contract.js';

interface TakeBackSpec {
  /** With `{id}`: what is taken back. */
  path: string;
  tag: string;
  summary: Text;
  /** What it is called where there is none of that id. */
  what: string;
  /** False when there is none the asker may take back. */
  withdraw: (access: Access, id: string, why: string) => Promise<boolean>;
}

/** Taking back what was entered by mistake, with the reason: it stays in the history. Answers 404 where there is none. */
export const takeBackRoute = ({ path, tag, summary, what, withdraw }: TakeBackSpec): AnyRoute =>
  route({
    method: 'post',
    path,
    tag,
    summary,
    right: 'orders:submit',
    params: idParams,
    body: takeBackSchema,
    async handle({ params, body, access }) {
      if (!(await withdraw(access, params.id, body.why))) throw notFound(what);
    },
  });
