/** The one door to the gateway: typed by its own description, every refusal a `Refused` that a person can read. */
import createClient from "openapi-fetch";
import { mint } from "../graph/mint";
import type { components, paths } from "./schema";

export type Problem = components["schemas"]["Problem"];

export class Refused extends Error {
  readonly status: number;
  readonly kind: string;
  readonly flaws: readonly { loc: readonly (string | number)[]; message: string }[];
  /** Seconds. */
  readonly retryAfter: number | null;

  constructor(problem: Pick<Problem, "status" | "detail" | "type"> & Partial<Problem>, retryAfter: number | null = null) {
    super(problem.detail);
    this.name = "Refused";
    this.status = problem.status;
    this.kind = problem.type;
    this.flaws = problem.errors ?? [];
    this.retryAfter = retryAfter;
  }
}

/** The gateway cannot be reached: worth another try. */
export class Away extends Error {
  constructor() {
    super("The server does not answer. Your work is kept here and sent as soon as it does.");
    this.name = "Away";
  }
}

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of an answer.
 *
 * @throws Refused with the problem; Away when nothing answered.
 */
export async function given<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await reached(asked);
  if (answer.response.ok) return answer.data as T;
  throw refusal(answer.response, answer.error);
}

export async function reached<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof TypeError) throw new Away();
    throw error;
  }
}

export function refusal(response: Response, body: unknown): Refused {
  const after = Number(response.headers.get("retry-after"));
  const retry = Number.isFinite(after) && after > 0 ? after : null;
  if (isProblem(body)) return new Refused(body, retry);
  const detail = response.status >= 500 ? "The server could not do it just now." : `It was refused (${response.status}).`;
  return new Refused({ type: "unknown", status: response.status, detail }, retry);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "detail" in body && "status" in body;
}

/** The same body under the same key is done once, however often it is sent. */
export function key(): string {
  return mint(16);
}
