/** From a chosen wallet to a session: connect, read the message, sign. Each failure has a way on. */

import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError } from "@/api/errors";
import { safeName } from "@/money/hostile";
import type { Wallet } from "@/session/providers";
import { prepare, signIn, WalletError, type Prepared } from "@/session/wallet_login";
import { t, type TextKey } from "@/texts";
import { Button, Spinner } from "@/ui/Button";
import { Refusal } from "@/ui/Refusal";

type Step = { at: "connecting" } | { at: "read"; prepared: Prepared } | { at: "signing"; prepared: Prepared } | { at: "failed" };
type Failure = WalletError | ApiError;

const failure = (error: unknown): Failure => (error instanceof ApiError || error instanceof WalletError ? error : new WalletError("failed"));
/** A refusal of the message itself: it is old, or its nonce is spent; another one is made. */
const isOld = (error: Failure): boolean =>
  error instanceof ApiError && error.status === 401 && ["expired", "nonce_spent"].includes(String(error.details["rule"]));

const RULES: Readonly<Record<string, TextKey>> = {
  signer: "signin.rule.signer",
  signature: "signin.rule.signature",
  mismatch: "signin.rule.mismatch",
  not_yet_valid: "signin.rule.clock",
  issued_in_future: "signin.rule.clock",
};

/** The sentence of a refusal by the API; null for one that is none of a login's. */
function sentenceOf(error: ApiError): TextKey | null {
  const rule = String(error.details["rule"]);
  return rule === "mismatch" && "chainId" in error.details ? "signin.rule.chain" : (RULES[rule] ?? null);
}

function Failed({ by }: { by: Failure }) {
  const sentence = by instanceof ApiError ? sentenceOf(by) : null;
  if (by instanceof ApiError && sentence === null) return <Refusal error={by} />;
  return (
    <div role="alert" className="rounded-lg bg-warn-soft p-3">
      <p>{sentence === null ? by.message : t(sentence)}</p>
      {by instanceof ApiError && by.requestId !== null && <p className="text-sm text-muted">{t("state.reference", { id: safeName(by.requestId) })}</p>}
    </div>
  );
}

export function WalletSteps({ wallet, another }: { wallet: Wallet; another: () => void }) {
  const [step, setStep] = useState<Step>({ at: "connecting" });
  const [failed, setFailed] = useState<Failure | null>(null);
  const [renewed, setRenewed] = useState(false);
  const stop = useRef(new AbortController());

  const connect = useCallback(async () => {
    setStep({ at: "connecting" });
    stop.current = new AbortController();
    try {
      setStep({ at: "read", prepared: await prepare(wallet.provider, stop.current.signal) });
    } catch (error) {
      setFailed(failure(error));
      setStep({ at: "failed" });
    }
  }, [wallet]);

  useEffect(() => {
    const timer = setTimeout(() => void connect(), 0);
    return () => {
      clearTimeout(timer);
      stop.current.abort();
    };
  }, [connect]);

  const sign = async (prepared: Prepared): Promise<void> => {
    setFailed(null);
    setRenewed(false);
    setStep({ at: "signing", prepared });
    stop.current = new AbortController();
    try {
      await signIn(wallet.provider, prepared, stop.current.signal);
    } catch (error) {
      const known = failure(error);
      const anew = isOld(known) || (known instanceof WalletError && known.why === "changed");
      setRenewed(isOld(known));
      setFailed(isOld(known) ? null : known);
      if (anew) await connect();
      else setStep({ at: "read", prepared });
    }
  };

  const waiting = step.at === "connecting" || step.at === "signing";
  return (
    <div className="flex flex-col gap-3">
      {failed !== null && <Failed by={failed} />}
      {renewed && <p role="status">{t("signin.expired")}</p>}
      {waiting && (
        <p role="status" className="flex items-center gap-2">
          <Spinner />
          {t(step.at === "signing" ? "signin.signing" : "signin.connecting")}
        </p>
      )}
      {(step.at === "read" || step.at === "signing") && (
        <figure>
          <figcaption className="mb-1 font-medium">{t("signin.message")}</figcaption>
          <pre tabIndex={0} role="region" aria-label={t("signin.message")} className="overflow-x-auto rounded-lg bg-raised p-3 text-sm whitespace-pre-wrap break-words">
            {step.prepared.message}
          </pre>
        </figure>
      )}
      <div className="flex flex-wrap gap-2">
        {step.at === "read" && (
          <Button kind="primary" onClick={() => void sign(step.prepared)}>
            {t("signin.sign")}
          </Button>
        )}
        {step.at === "failed" && (
          <Button kind="primary" onClick={() => { setFailed(null); void connect(); }}>
            {t("state.again")}
          </Button>
        )}
        {waiting ? (
          <Button onClick={() => stop.current.abort()}>{t("form.cancel")}</Button>
        ) : (
          <Button onClick={another}>{t("signin.other")}</Button>
        )}
      </div>
    </div>
  );
}
