/** Names and addresses that others chose. */

import { imitates, safeName, shortAddress } from "@/money/hostile";
import { t } from "@/texts";

/** A token's, rule's or anybody's name, without what would deceive. */
export function Name({ of }: { of: string }) {
  const shown = safeName(of);
  return (
    // A short word stays whole; a long one may not widen its table.
    <bdi className={/\S{24}/.test(shown) ? "wrap-anywhere" : ""}>
      {shown}
      {imitates(of) && (
        <span className="ml-1 rounded bg-warn-soft px-1 text-warn" title={t("name.imitates")}>
          <span aria-hidden="true">⚠</span>
          <span className="sr-only">{t("name.imitates")}</span>
        </span>
      )}
    </bdi>
  );
}

/** An address by its ends and middle; the whole one is its title, and is copied with it. */
export const Address = ({ of }: { of: string }) => (
  <span className="font-mono text-[0.9em]" title={of}>
    <span aria-hidden="true">{shortAddress(of)}</span>
    <span className="sr-only">{of}</span>
  </span>
);
