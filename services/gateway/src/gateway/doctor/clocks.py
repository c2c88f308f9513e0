"""Whether the clocks of two machines agree: `send_by` and leases are told in hours of the day."""

from datetime import datetime

from gateway.doctor.findings import Finding, warning, well, wrong

_SOON_S, _FAR_S = 1.0, 10.0
_REMEDY = "Let both machines follow a time server (chrony, systemd-timesyncd)."


def compared(whose: str, theirs: datetime, ours: datetime) -> list[Finding]:
    apart = (theirs - ours).total_seconds()
    way = "ahead of" if apart > 0 else "behind"
    told = f"the clock of {whose} is {abs(apart):.1f} s {way} this machine's"
    if abs(apart) > _FAR_S:
        return [wrong("clocks", told, _REMEDY)]
    if abs(apart) > _SOON_S:
        return [warning("clocks", told, _REMEDY)]
    return [well("clocks", f"{whose} and this machine agree within {_SOON_S:g} s")]
