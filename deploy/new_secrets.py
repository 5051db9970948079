"""Fresh secrets for compose.yaml on standard output; keep them in deploy/.env, mode 0600.

(umask 077; .venv/bin/python deploy/new_secrets.py > deploy/.env)
"""

import secrets
import string
import sys

from shared.nkeys import Kind, SigningKey, new_seed

PASSWORD_CHARACTERS = 32


def main() -> None:
    """Print one NAME=value per line."""
    seed = new_seed(Kind.ACCOUNT)
    lines = {
        "POSTGRES_PASSWORD": password(),
        "DATABASE_PASSWORD": password(),
        "SERVICES_DATABASE_PASSWORD": password(),
        "VAULT_DATABASE_PASSWORD": password(),
        "LIENNGANH_NATS_SERVICES_PASSWORD": password(),
        "LIENNGANH_NATS_AUTH_PASSWORD": password(),
        "LIENNGANH_NATS_ISSUER_SEED": seed,
        "NATS_ISSUER": SigningKey(seed).public,
    }
    sys.stdout.writelines(f"{name}={value}\n" for name, value in lines.items())


def password() -> str:
    """Begins with a letter: nats.conf would take one that begins with a digit for a number."""
    letters = string.ascii_letters
    rest = (secrets.choice(letters + string.digits) for _ in range(PASSWORD_CHARACTERS - 1))
    return secrets.choice(letters) + "".join(rest)


if __name__ == "__main__":
    main()
