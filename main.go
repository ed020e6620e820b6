// Command huajie runs Huajie (化解): the API, the workers, and everything an
// operator needs around them. `huajie help` lists the commands.
package main

import (
	"os"

	"huajie/internal/cli"
)

// version is set by the build.
var version = "dev"

func main() { os.Exit(cli.Run(os.Args[1:], version)) }
