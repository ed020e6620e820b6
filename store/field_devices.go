package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/org"
	"huajie/domain/view"
)

// devicePrefix lets a scanner of leaked secrets know ours, and keeps the token of
// a tracker from passing as one of a session.
const devicePrefix = "hjd_"

// AddDevice makes a token with which a program may send a member's points, and
// nothing else. It is told once: only its SHA-256 is kept.
func (s *Store) AddDevice(ctx context.Context, member, label string, at time.Time) (d view.Device, token string, err error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	token = devicePrefix + base64.RawURLEncoding.EncodeToString(secret)
	d = view.Device{Label: label, CreatedAt: moment(at)}
	err = s.pool.QueryRow(ctx, `INSERT INTO field_devices (member, label, hash, created_at)
		SELECT nr, $2, $3, $4 FROM users WHERE username = $1 AND active RETURNING id`, member, label, tokenHash(token), d.CreatedAt).Scan(&d.ID)
	return d, token, fault(err)
}

// Devices lists the devices of a member, the latest first.
func (s *Store) Devices(ctx context.Context, member string) ([]view.Device, error) {
	rows, err := s.pool.Query(ctx, `SELECT d.id, d.label, d.created_at, d.revoked_at FROM field_devices d JOIN users ON nr = d.member
		WHERE username = $1 ORDER BY d.id DESC LIMIT 200`, member)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d view.Device, err error) {
		var revoked *time.Time
		err = row.Scan(&d.ID, &d.Label, &d.CreatedAt, &revoked)
		d.CreatedAt, d.RevokedAt = d.CreatedAt.UTC(), orZero(revoked)
		return d, err
	})
	return out, fault(err)
}

// RevokeDevice ends the token of a member's device; one revoked before stays so.
func (s *Store) RevokeDevice(ctx context.Context, member string, id int64, at time.Time) error {
	return s.one(ctx, `UPDATE field_devices SET revoked_at = coalesce(revoked_at, $3)
		WHERE id = $2 AND member = (SELECT nr FROM users WHERE username = $1)`, member, id, at)
}

// UserByDevice gives the member a device's token stands for.
func (s *Store) UserByDevice(ctx context.Context, token string) (org.User, error) {
	refused := refusal(domain.CodeSignIn, "bad_device_token", "设备令牌无效或已吊销", "the token of the device is unknown or was revoked")
	if !strings.HasPrefix(token, devicePrefix) {
		return org.User{}, refused
	}
	users, err := usersWhere(ctx, s.pool, `u.active AND u.nr = (SELECT member FROM field_devices WHERE hash = $1 AND revoked_at IS NULL)`, tokenHash(token))
	if err != nil {
		return org.User{}, fault(err)
	}
	if len(users) == 0 {
		return org.User{}, refused
	}
	return users[0], nil
}
