package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"huajie/rulebook"
)

// largestGridFile bounds what is read of a file of grids, in bytes.
const largestGridFile = 64 << 20

// gridsCommand brings the grids of an office into the rulebook.
func (s *state) gridsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "grids", Short: "check and import grids (GeoJSON or CSV; formats in docs/grids.md)"}
	var dir string
	cmd.PersistentFlags().StringVar(&dir, "dir", "", "folder of rulebook files (default: rulebook_dir; without one, the built-in rulebook)")
	where := func() string {
		if dir == "" {
			return s.cfg.RulebookDir
		}
		return dir
	}
	cmd.AddCommand(&cobra.Command{Use: "check FILE…", Short: "tell everything odd about files of grids, and change nothing", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := readGrids(cmd.OutOrStdout(), where(), args)
			return err
		}})
	cmd.AddCommand(&cobra.Command{Use: "import FILE…", Short: "put grids into a folder of rulebook files, as a new version of it", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if where() == "" {
				return errors.New("name the folder of the rulebook: --dir DIR, or rulebook_dir in the configuration; a new folder begins as the built-in rulebook")
			}
			return importGrids(cmd.OutOrStdout(), where(), args)
		}})
	return cmd
}

// rulebookIn is the rulebook of a folder; an absent or empty one begins as the
// built-in rulebook, and fresh says so.
func rulebookIn(dir string) (files fs.FS, fresh bool, err error) {
	if dir == "" {
		return rulebook.Data(), true, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, err
	}
	if len(entries) == 0 {
		return rulebook.Data(), true, nil
	}
	return os.DirFS(dir), false, nil
}

// readGrids reads files of grids into the rulebook of a folder and prints what is
// found. Nothing is written.
func readGrids(out io.Writer, dir string, names []string) (*rulebook.Import, error) {
	files, _, err := rulebookIn(dir)
	if err != nil {
		return nil, err
	}
	var from []rulebook.GridFile
	for _, name := range names {
		raw, err := readBounded(name)
		if err != nil {
			return nil, err
		}
		from = append(from, rulebook.GridFile{Name: name, Raw: raw})
	}
	done, err := rulebook.ImportGrids(files, from...)
	var faults rulebook.Faults
	if errors.As(err, &faults) {
		printFaults(out, "错误 fault", faults)
		return nil, fmt.Errorf("%d faults", len(faults))
	}
	if err != nil {
		return nil, err
	}
	printFaults(out, "提醒 warning", done.Warnings)
	fmt.Fprintf(out, "网格 grids: 新增 added %d, 替换 replaced %d; 新增社区(村) communities and villages added: %d\n", done.Added, done.Replaced, done.Founded)
	return done, nil
}

func printFaults(out io.Writer, what string, faults rulebook.Faults) {
	for _, f := range faults {
		fmt.Fprintf(out, "%s: %s\n    %s\n", what, f.String(), f.ZH)
	}
}

func readBounded(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > largestGridFile {
		return nil, fmt.Errorf("%s is larger than %d MB", name, largestGridFile>>20)
	}
	return os.ReadFile(name)
}

// importGrids writes the files that change, or all of them into a fresh folder.
func importGrids(out io.Writer, dir string, names []string) error {
	done, err := readGrids(out, dir, names)
	if err != nil {
		return err
	}
	_, fresh, err := rulebookIn(dir)
	if err != nil {
		return err
	}
	write := done.Changed
	if fresh {
		write = done.Book.Files()
	}
	for _, name := range slices.Sorted(maps.Keys(write)) {
		if err := replaceFile(filepath.Join(dir, filepath.FromSlash(name)), write[name]); err != nil {
			return fmt.Errorf("the folder may be half written, import again: %w", err)
		}
		fmt.Fprintf(out, "已写入 written: %s\n", filepath.Join(dir, name))
	}
	fmt.Fprintf(out, "规则版本 version %s: 设置 rulebook_dir 后重启,或对运行中的进程执行 kill -HUP 生效 is in force after a restart with rulebook_dir, or kill -HUP of what runs\n", done.Book.Version)
	return nil
}

// replaceFile writes a file so that a reader sees the old or the new one, whole.
func replaceFile(name string, raw []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".import-*")
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
