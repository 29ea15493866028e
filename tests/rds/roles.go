package rds

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// superuser is RDS's own. Nobody else has its password.
const superuser = "rdsadmin"

// Roles are the statements that make what RDS has before there is a master user.
//
// RDS lets its master user grant rds_iam without a membership, for which PostgreSQL from 16 on has no privilege. The last statement
// inserts a row that no other could: the owner of a database is a member of pg_database_owner in its sessions, but not at login.
func Roles() []string {
	return []string{"CREATE ROLE rds_superuser", "CREATE ROLE rds_iam", `DO $$ BEGIN
		IF current_setting('server_version_num')::int >= 160000 THEN
			INSERT INTO pg_auth_members (oid, roleid, member, grantor, admin_option, inherit_option, set_option)
			SELECT pg_nextoid('pg_auth_members', 'oid', 'pg_auth_members_oid_index'), 'rds_iam'::regrole, 'pg_database_owner'::regrole, 10, true, false, false;
		END IF;
	END $$`}
}

// Master are the statements that make the master user, who may create roles and databases but is no superuser. The databases that every
// server has, but for template0, are the master user's.
func Master(user, password string) []string {
	name := identifier(user)
	return []string{
		fmt.Sprintf("CREATE ROLE %s LOGIN CREATEROLE CREATEDB PASSWORD %s", name, literal(password)),
		"GRANT rds_superuser TO " + name, "GRANT pg_monitor TO " + name + " WITH ADMIN OPTION",
		"ALTER DATABASE postgres OWNER TO " + name, "ALTER DATABASE template1 OWNER TO " + name,
	}
}

// Database are the statements that make a database of the master user.
func Database(name, owner string) []string {
	return []string{fmt.Sprintf("CREATE DATABASE %s OWNER %s", identifier(name), identifier(owner))}
}

func identifier(name string) string { return pgx.Identifier{name}.Sanitize() }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
