"""What a workspace is opened with is known where something fails, so that it can be starred."""

from __future__ import annotations

from fenji.workspace.known_secrets import known_secrets


def test_keys_of_robots_and_the_password_of_mail_are_known(tmp_path, monkeypatch):
    (tmp_path / "fenji.toml").write_text('smtp_server = "smtps://mail.example.cn"\n', "utf-8")
    (tmp_path / "alerts.yaml").write_text('channels: [{channel: a, kind: wecom, key: "${WECOM_KEY}"}]\n', "utf-8")
    monkeypatch.setenv("WECOM_KEY", "robot-key")
    monkeypatch.setenv("FENJI_SMTP_PASSWORD", "hunter2")
    monkeypatch.setenv("FENJI_TIME_ZONE", "Asia/Shanghai")
    found = known_secrets(tmp_path)
    assert {"robot-key", "hunter2"} <= found
    assert "Asia/Shanghai" not in found
