"""`python -m gateway.describe`: the API's description, as /openapi.json gives it, without a server."""

import json
import sys

from gateway.http.app import described


def main() -> None:
    json.dump(described().openapi(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
