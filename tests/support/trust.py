"""How each language is told to trust a certificate: by variables, not by code."""

import subprocess
from pathlib import Path
from shutil import which

PASSWORD = "changeit"  # what every Java truststore has
ENDS_WITHIN = 30


def trust_variables(certificate: Path, folder: Path) -> dict[str, str]:
    """Return the variables that make every language trust a certificate.

    Args:
        certificate: the authority's, as PEM.
        folder: where PHP's and Java's own files are put.
    """
    names = (
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_FILE",
    )
    return {
        **dict.fromkeys(names, str(certificate)),
        "PHP_INI_SCAN_DIR": f":{_php(certificate, folder)}",
        "JAVA_TOOL_OPTIONS": " ".join(
            [
                f"-Djavax.net.ssl.trustStore={_java(certificate, folder)}",
                f"-Djavax.net.ssl.trustStorePassword={PASSWORD}",
            ]
        ),
    }


def _php(certificate: Path, folder: Path) -> Path:
    """Return a folder of settings, to be read beside PHP's own."""
    settings = folder / "php"
    settings.mkdir()
    lines = (f"{name} = {certificate}" for name in ("curl.cainfo", "openssl.cafile"))
    (settings / "trust.ini").write_text("\n".join(lines), encoding="utf-8")
    return settings


def _java(certificate: Path, folder: Path) -> Path:
    """Return a truststore; where there is no Java, none is made."""
    store = folder / "truststore.p12"
    keytool = which("keytool")
    if keytool is not None:
        subprocess.run(
            [
                *(keytool, "-importcert", "-noprompt", "-alias", "emulator"),
                *("-file", str(certificate), "-keystore", str(store)),
                *("-storetype", "PKCS12", "-storepass", PASSWORD),
            ],
            capture_output=True,
            timeout=ENDS_WITHIN,
            check=True,
        )
    return store
