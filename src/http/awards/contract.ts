import { z } from 'zod';
import { flagKinds } from '../../awards/integrity.js';
import { officeSchema } from '../../awards/policy.js';
import { textSchema } from '../../terms/text.js';

/** Awards at the API. Money is decimal text in CNY; statuses are those of the worked cases. */
export const awardStatusSchema = z
  .enum(['award', 'no-award', 'excluded', 'not-defined', 'needs-decision', 'not-in-force'])
  .meta({ id: 'AwardStatus' });

const instant = z.iso.datetime();
const lineSchema = textSchema;

const ambiguitySchema = z.object({
  id: z.string(),
  title: textSchema,
  question: textSchema,
  /** A person has to choose; otherwise `unset` says what holds without a choice. */
  mustChoose: z.boolean(),
  unset: textSchema.nullable(),
  readings: z.array(z.object({ choice: z.string(), text: textSchema })),
});

export const policyShownSchema = z
  .object({
    id: z.string(),
    version: z.string(),
    title: textSchema,
    district: z.string(),
    document: z.object({ title: z.string(), docNo: z.string().nullable(), issued: z.string().nullable() }),
    seen: z.boolean(),
    status: z.enum(['draft', 'adopted']),
    validFrom: z.string().nullable(),
    validFromText: z.string().nullable(),
    validTo: z.string().nullable(),
    reviewers: z.array(officeSchema),
    sha256: z.string(),
    potCny: z.string().nullable(),
    rules: z.array(
      z.object({
        kind: z.string(),
        id: z.string(),
        article: z.string(),
        quote: z.string(),
        ambiguities: z.array(z.string()),
      }),
    ),
    clauses: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        article: z.string(),
        quote: z.string(),
        title: textSchema,
        ambiguities: z.array(z.string()),
        measure: textSchema.nullable(),
        /** Names under which its figure is given. */
        inputs: z.array(z.string()),
        maximum: z.boolean(),
        capCny: z.string().nullable(),
        evidence: z.array(
          z.object({
            id: z.string(),
            text: textSchema,
            own: z.boolean().meta({ description: 'The gateway makes it itself; nobody hands it in' }),
          }),
        ),
        /** Unit of its figure; null where it has none. */
        unit: z.string().nullable(),
        /** What the clause says as data, in words, to be read beside the quote. */
        data: z.array(z.object({ label: textSchema, values: z.array(textSchema) })),
      }),
    ),
    ambiguities: z.array(ambiguitySchema),
    /** Ambiguities that touch every clause. */
    everyClause: z.array(z.string()),
    /** Figures and facts that officers may give, by the names of input files. */
    given: z.array(
      z.object({
        name: z.string(),
        text: textSchema,
        type: z.enum(['amount', 'flag', 'text', 'day']),
        unit: textSchema.nullable(),
      }),
    ),
  })
  .meta({ id: 'AwardPolicy' });
export const policiesSchema = z.object({ policies: z.array(policyShownSchema) });

const choiceSchema = z.object({
  choice: z.string(),
  status: awardStatusSchema,
  cny: z.string().nullable(),
});
export const lineResultSchema = z
  .object({
    status: awardStatusSchema,
    cny: z.string().nullable(),
    estimateCny: z.string().nullable(),
    lines: z.array(lineSchema),
    clauses: z.array(
      z.object({
        clause: z.string(),
        status: awardStatusSchema,
        cny: z.string().nullable(),
        estimateCny: z.string().nullable(),
        maximum: z.boolean(),
        kept: z.boolean(),
        lost: lineSchema.nullable(),
        lines: z.array(lineSchema),
        readings: z.record(z.string(), z.string()),
      }),
    ),
    /** Turnover of the year as customs cleared it and as platforms report it, with the difference; absent in rounds of before. */
    turnover: z
      .object({
        platform: z.object({ cny: z.string(), usd: z.string() }),
        customs: z.object({ cny: z.string(), usd: z.string() }),
        difference: z.object({ cny: z.string(), usd: z.string() }).nullable(),
        sources: z.array(z.string()),
      })
      .optional(),
    open: z.array(z.object({ ambiguity: z.string(), alternatives: z.array(choiceSchema) })),
  })
  .meta({ id: 'AwardResult' });

const potSchema = z.object({
  status: awardStatusSchema,
  used: z.string(),
  limit: z.string(),
  paid: z.string(),
  lines: z.array(lineSchema),
});

export const roundSummarySchema = z
  .object({
    id: z.string(),
    title: z.string(),
    policy: z.string(),
    version: z.string(),
    year: z.int(),
    state: z.enum(['open', 'computed', 'frozen']),
    policyTitle: textSchema,
    policyStatus: z.enum(['draft', 'adopted']),
    /** A draft under the readings chosen: estimates (测算), never awards. */
    estimate: z.boolean(),
    createdBy: z.string(),
    createdAt: instant,
    computedAt: instant.nullable(),
    frozenAt: instant.nullable(),
    sha256: z.string().nullable(),
    enterprises: z.int(),
    cny: z.string(),
    openReviews: z.int(),
  })
  .meta({ id: 'AwardRoundSummary' });
export const roundListSchema = z.object({ rounds: z.array(roundSummarySchema) });

export const roundSchema = z
  .object({
    ...roundSummarySchema.shape,
    asOf: instant.nullable(),
    policySha256: z.string(),
    /** Offices that have to agree, in the order of the policy. */
    reviewers: z.array(officeSchema),
    /** What is granted to all together; nothing while the pot waits for a decision. */
    granted: z.string(),
    /** Estimates of all together, where the policy is a draft. */
    estimated: z.string(),
    clauses: z.array(z.string()),
    readings: z.array(
      z.object({
        ...ambiguitySchema.shape,
        choice: z.string().nullable(),
        note: z.string().nullable(),
        chosenBy: z.string().nullable(),
        chosenAt: instant.nullable(),
      }),
    ),
    pot: potSchema.nullable(),
    lines: z.array(
      z.object({
        enterprise: z.string(),
        name: z.string(),
        status: awardStatusSchema,
        cny: z.string().nullable(),
        granted: z.string().nullable(),
        result: lineResultSchema,
        /** Why more was not granted. */
        why: z.array(lineSchema),
        records: z.int(),
        recordsSha256: z.string(),
        recordsPath: z.string(),
      }),
    ),
    inputs: z.array(
      z.object({
        enterprise: z.string(),
        name: z.string(),
        inputs: z.record(z.string(), z.unknown()),
        source: z.string(),
        givenBy: z.string(),
        givenAt: instant,
      }),
    ),
    evidence: z.array(
      z.object({
        id: z.string(),
        enterprise: z.string(),
        item: z.string(),
        fileName: z.string(),
        sha256: z.string(),
        uploadedBy: z.string(),
        uploadedAt: instant,
      }),
    ),
    /** Who signs for which office. */
    signers: z.array(
      z.object({
        office: officeSchema,
        signer: z.string(),
        /** Whoever asks is the one named. */
        mine: z.boolean(),
        namedBy: z.string(),
        namedAt: instant,
      }),
    ),
    signatures: z.array(
      z.object({
        office: officeSchema,
        decision: z.enum(['agreed', 'objected']),
        note: z.string(),
        signedBy: z.string(),
        signedAt: instant,
        current: z.boolean(),
      }),
    ),
    flags: z.array(
      z.object({
        id: z.string(),
        enterprise: z.string(),
        kind: z.enum(flagKinds),
        /** When a flag of this kind is raised. */
        rule: textSchema,
        evidence: z.record(z.string(), z.unknown()),
        decision: z.enum(['dismissed', 'upheld']).nullable(),
        note: z.string().nullable(),
        decidedBy: z.string().nullable(),
        decidedAt: instant.nullable(),
      }),
    ),
    reviews: z.array(
      z.object({
        id: z.string(),
        enterprise: z.string(),
        beforeCny: z.string().nullable(),
        afterCny: z.string().nullable(),
        differenceCny: z.string(),
        detail: z.record(z.string(), z.unknown()),
        raisedAt: instant,
        decision: z.string().nullable(),
        note: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'AwardRound' });

const note = z.string().trim().min(1).max(2000);
const year = z.int().min(2000).max(2100);
export const newRoundSchema = z.strictObject({
  policy: z.string().min(1),
  year,
  title: z.string().trim().min(1).max(200),
  /** Left out: every award clause of the policy. */
  clauses: z.array(z.string()).max(100).default([]),
});
export const chooseSchema = z.strictObject({
  /** Choice by ambiguity id; null takes it back. */
  readings: z.record(z.string(), z.string().nullable()),
  note,
});
export const inputsSchema = z.strictObject({
  /** 统一社会信用代码. */
  enterprise: z.string().trim().min(1).max(50),
  name: z.string().trim().max(200).default(''),
  /** Figures and facts by the names of the case files, for example `{"registeredDistrict": "黔江区", "trainees": 120}`. */
  inputs: z.record(z.string(), z.unknown()),
  source: z.string().trim().min(1).max(500),
});
export const signSchema = z.strictObject({
  office: officeSchema,
  decision: z.enum(['agreed', 'objected']),
  note,
});
export const nameSignerSchema = z.strictObject({
  office: officeSchema,
  /** Email of a user, or prefix of an API key, of a committee or the operator. */
  signer: z.string().trim().min(1).max(200),
});
export const decideFlagSchema = z.strictObject({ decision: z.enum(['dismissed', 'upheld']), note });
export const decideReviewSchema = z.strictObject({ decision: z.enum(['reclaimed', 'paid', 'noted']), note });

export const compareSchema = z
  .object({
    left: z.object({ id: z.string(), title: z.string(), cny: z.string() }),
    right: z.object({ id: z.string(), title: z.string(), cny: z.string() }),
    readings: z.array(
      z.object({
        id: z.string(),
        title: textSchema,
        left: z.string().nullable(),
        right: z.string().nullable(),
      }),
    ),
    lines: z.array(
      z.object({
        enterprise: z.string(),
        name: z.string(),
        left: z.object({ status: awardStatusSchema, cny: z.string().nullable() }).nullable(),
        right: z.object({ status: awardStatusSchema, cny: z.string().nullable() }).nullable(),
        same: z.boolean(),
        /** Right less left; null where either has no amount. */
        differenceCny: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'AwardComparison' });

export const sheetSchema = z
  .object({
    heading: textSchema,
    title: z.string(),
    mark: textSchema,
    hash: z.string().nullable(),
    asOf: instant.nullable(),
    document: z.string(),
    /** What is granted to all together. */
    granted: z.string(),
    readings: z.array(
      z.object({
        id: z.string(),
        title: textSchema,
        text: textSchema,
        chosenBy: z.string().nullable(),
        chosenAt: instant.nullable(),
      }),
    ),
    rows: z.array(
      z.object({
        enterprise: z.string(),
        name: z.string(),
        status: awardStatusSchema,
        cny: z.string().nullable(),
        estimateCny: z.string().nullable(),
        granted: z.string().nullable(),
        why: z.array(lineSchema),
        records: z.int(),
        recordsSha256: z.string(),
        arithmetic: z.array(lineSchema),
        clauses: z.array(z.string()),
      }),
    ),
    pot: potSchema.nullable(),
    seals: z.array(
      z.object({
        office: officeSchema,
        text: textSchema,
        signedBy: z.string().nullable(),
        signedAt: instant.nullable(),
      }),
    ),
  })
  .meta({ id: 'AwardSheet' });

export const estimateQuerySchema = z.object({
  policy: z.string().min(1),
  year: z.coerce.number().int().min(2000).max(2100),
});
/** What a seller might apply for: an estimate from its own records; never an award. */
export const estimateSchema = z
  .object({
    policy: z.string(),
    year: z.int(),
    asOf: instant,
    mark: textSchema,
    /** The readings of the newest round of policy and year, where there is one. */
    readings: z.record(z.string(), z.string()),
    lines: z.array(z.object({ enterprise: z.string(), name: z.string(), result: lineResultSchema })),
  })
  .meta({ id: 'AwardEstimate' });

/** Who can be named to sign: people of a committee or of the operator. */
export const signerCandidatesSchema = z.object({
  items: z.array(z.object({ signer: z.string(), name: z.string(), office: z.string() })),
});
