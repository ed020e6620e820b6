package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/rulebook"
)

// TestImportedGridsAreAFolderToRunFrom: the first import makes the folder, the next
// changes it, a faulty one leaves it alone.
func TestImportedGridsAreAFolderToRunFrom(t *testing.T) {
	t.Parallel()
	dir, file := filepath.Join(t.TempDir(), "rules"), filepath.Join(t.TempDir(), "grids.csv")
	write := func(rows string) {
		require.NoError(t, os.WriteFile(file, []byte("code,name,households,community,buildings\n"+rows), 0o600))
	}
	var out bytes.Buffer
	write("220402006001001,一网格,700,朝阳社区,甲区1-5号楼\n")
	require.NoError(t, importGrids(&out, dir, []string{file}))
	assert.Contains(t, out.String(), "网格 220402006001001 有 700 户,超出 300-500 户")
	assert.Contains(t, out.String(), "新增 added 1, 替换 replaced 0")
	first, err := rulebook.Load(os.DirFS(dir), rulebook.WithDrill())
	require.NoError(t, err)
	assert.Contains(t, out.String(), first.Version)
	assert.Equal(t, "220402006001001", first.Grids.InBuilding("甲区3号楼").Grid)

	out.Reset()
	write("220402006001001,一网格,400,,甲区1-5号楼\n")
	require.NoError(t, importGrids(&out, dir, []string{file}))
	assert.Contains(t, out.String(), "新增 added 0, 替换 replaced 1")
	second, err := rulebook.Load(os.DirFS(dir), rulebook.WithDrill())
	require.NoError(t, err)
	assert.NotEqual(t, first.Version, second.Version)

	out.Reset()
	write("220402006001001,一网格,many,,\n220402099001001,二网格,400,,\n")
	require.EqualError(t, importGrids(&out, dir, []string{file}), "2 faults")
	assert.Contains(t, out.String(), "grids.csv:2: households: must be a whole number")
	assert.Contains(t, out.String(), "编码前9位不是任何乡镇(街道)")
	third, err := rulebook.Load(os.DirFS(dir), rulebook.WithDrill())
	require.NoError(t, err)
	assert.Equal(t, second.Version, third.Version)

	_, err = readGrids(&out, "", []string{filepath.Join(dir, "nothing.csv")})
	require.ErrorIs(t, err, os.ErrNotExist)
}
