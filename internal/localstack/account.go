package localstack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user PostgreSQL runs as. The nil account is the user of this
// process.
type account struct {
	name     string
	uid, gid uint32
}

// unprivileged chooses the account: PostgreSQL refuses to run as root, so root
// lends it the package's own user, or nobody.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return newAccount(u)
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody: create one or start huajie as an ordinary user")
}

// newAccount converts the textual ids of os/user.
func newAccount(u *user.User) (*account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &account{name: u.Username, uid: uint32(uid), gid: uint32(gid)}, nil
}

// ownerOf is the account an existing cluster belongs to; only it may open it.
func ownerOf(dir string) (*account, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	owner := info.Sys().(*syscall.Stat_t)
	if int(owner.Uid) == os.Geteuid() {
		return nil, nil // the nil account is this user
	}
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("the cluster %s belongs to user %d (probably it was made by root): start huajie as root again, or choose another data directory", dir, owner.Uid)
	}
	a := &account{name: strconv.Itoa(int(owner.Uid)), uid: owner.Uid, gid: owner.Gid}
	if u, err := user.LookupId(a.name); err == nil {
		a.name = u.Username
	}
	return a, nil
}

// run makes a command run as the account, in a directory it can enter.
func (a *account) run(cmd *exec.Cmd, dir string) {
	cmd.Dir = dir
	if a == nil {
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: a.uid, Gid: a.gid}}
}

// own gives a path to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// reaches reports whether the account may enter dir and everything above it,
// and names the first directory that shuts it out.
func (a *account) reaches(dir string) (blocked string, err error) {
	if a == nil {
		return "", nil
	}
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return "", err
		}
		if !a.enters(info) {
			blocked = dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return blocked, nil
		}
		dir = parent
	}
}

// enters applies the permission bits of one directory.
func (a *account) enters(info fs.FileInfo) bool {
	owner, mode := info.Sys().(*syscall.Stat_t), info.Mode().Perm()
	switch {
	case owner.Uid == a.uid:
		return mode&0o100 != 0
	case owner.Gid == a.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}
