/** One's own accounts at providers. */
import { api, given, key } from "../api/client";

/** Keep a key: what is started from now on is paid with it. */
export async function newAccount(provider: string, secret: string): Promise<void> {
  const name = `${provider} ${new Date().toISOString().slice(0, 16).replace("T", " ")}`;
  const params = { header: { "Idempotency-Key": key() } };
  await given(api.POST("/api/accounts", { params, body: { provider, name, key: secret, default: true } }));
}
